/** Server-sent events out of bytes that may be cut anywhere, also inside a character.
 *
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html. Of its fields only `id` and `data` are used.
 */

export interface StreamEvent {
  readonly id: string;
  readonly data: string;
}

export class EventStreamReader {
  readonly #decoder = new TextDecoder("utf-8");
  #rest = "";
  #id = "";
  #data: string[] = [];

  /** Take in what came and return the events that it completes. */
  read(bytes: Uint8Array): readonly StreamEvent[] {
    const text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    // A carriage return at the end may be half of a line's end.
    const isHalf = text.endsWith("\r");
    const lines = (isHalf ? text.slice(0, -1) : text).split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? "") + (isHalf ? "\r" : "");
    return lines.map((line) => this.#take(line)).filter((event) => event !== null);
  }

  #take(line: string): StreamEvent | null {
    if (line === "") return this.#finish();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
    if (field === "data") this.#data.push(value);
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    return null;
  }

  #finish(): StreamEvent | null {
    if (this.#data.length === 0) return null;
    const event = { id: this.#id, data: this.#data.join("\n") };
    this.#data = [];
    return event;
  }
}
