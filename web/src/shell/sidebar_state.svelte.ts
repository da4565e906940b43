/** Whether the sidebar is shown: beside the page where there is room, over it as a drawer where there is not. */

const NARROW = "(max-width: 760px)";

class SidebarState {
  readonly #narrow = matchMedia(NARROW);
  isNarrow = $state(this.#narrow.matches);
  isOpen = $state(!this.#narrow.matches);

  /** Follow the width of the window; returns what ends it. */
  follow(): () => void {
    const look = (): void => {
      this.isNarrow = this.#narrow.matches;
      this.isOpen = !this.#narrow.matches;
    };
    this.#narrow.addEventListener("change", look);
    return () => this.#narrow.removeEventListener("change", look);
  }

  toggle(): void {
    this.isOpen = !this.isOpen;
  }

  /** Close it where it covers the page. */
  leave(): void {
    if (this.isNarrow) this.isOpen = false;
  }
}

export const sidebarState = new SidebarState();
