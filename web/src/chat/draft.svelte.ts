/** What stands in the composer and was not sent yet. */

class Draft {
  text = $state("");
  /** Counts up when the composer should take the focus. */
  calls = $state(0);

  begin(text: string): void {
    this.text = text;
    this.calls += 1;
  }
}

export const draft = new Draft();
