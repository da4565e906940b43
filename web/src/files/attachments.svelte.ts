/** Files that go along with the next question. Who can read them is given by whoever brings documents to the page. */

export interface Attachment {
  readonly id: number;
  readonly name: string;
  /** What was read of it, in a few words; or why nothing could be. */
  readonly note: string;
  readonly state: "reading" | "ready" | "failed";
  /** What `ask` is told of it. */
  readonly reference: string;
}

export type ReadFile = (file: File) => Promise<{ readonly reference: string; readonly note: string }>;

class Attachments {
  /** Null while nothing can read files: then none are offered to be added. */
  reader = $state.raw<ReadFile | null>(null);
  list = $state.raw<readonly Attachment[]>([]);
  #nextId = 1;

  readonly isReading = $derived(this.list.some(({ state }) => state === "reading"));

  add(files: Iterable<File>): void {
    for (const file of files) void this.#read(file);
  }

  remove(id: number): void {
    this.list = this.list.filter((each) => each.id !== id);
  }

  /** Hand over what is ready, and begin anew. */
  take(): readonly string[] {
    const ready = this.list.filter(({ state }) => state === "ready").map(({ reference }) => reference);
    this.list = [];
    return ready;
  }

  async #read(file: File): Promise<void> {
    if (this.reader === null) return;
    const id = this.#nextId++;
    const begun: Attachment = { id, name: file.name, note: "", state: "reading", reference: "" };
    this.list = [...this.list, begun];
    const change = (to: Partial<Attachment>): void => {
      this.list = this.list.map((each) => (each.id === id ? { ...each, ...to } : each));
    };
    try {
      change({ ...(await this.reader(file)), state: "ready" });
    } catch (error) {
      change({ note: error instanceof Error ? error.message : "", state: "failed" });
    }
  }
}

export const attachments = new Attachments();
