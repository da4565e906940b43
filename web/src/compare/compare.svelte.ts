/** One question to two models: what leaves waits for a person while the other answers. Kept as one chat with two answers. */

import { call } from "../api/client";
import { AspenError } from "../api/errors";
import { readConversation } from "../chat/conversation_calls";
import { conversations } from "../chat/conversation_list.svelte";
import { type AskArguments, LiveRun } from "../chat/live_run.svelte";
import { models } from "../chat/model_choice.svelte";
import { type Trouble, troubleOfError, troubleOfRefusal } from "../chat/trouble";
import { type Turn, turnIn } from "../chat/turns";
import { objectsIn } from "../chat/wire";
import { gate } from "../ledger/gate.svelte";
import { notices } from "../shell/notices.svelte";
import { route } from "../shell/route.svelte";

/** One side: the model that was chosen for it, and what has come of it. */
export class Side {
  model = $state("local");
  run = $state.raw<LiveRun | null>(null);
  /** An answer that is over, now or when it was read again. */
  ended = $state.raw<Turn | null>(null);
  trouble = $state.raw<Trouble | null>(null);
  cost = $state<number | null>(null);

  readonly turn = $derived(this.ended ?? this.run?.turn ?? null);
  readonly isLive = $derived(this.run !== null && this.ended === null && this.trouble === null);

  clear(): void {
    this.run?.leave();
    this.run = null;
    this.ended = null;
    this.trouble = null;
    this.cost = null;
  }

  /** Take in how a run ended. */
  end(run: LiveRun): void {
    const { outcome, text } = run.answer;
    if (text.trim() !== "" || outcome?.kind === "answered") this.ended = run.turn;
    if (outcome?.kind === "failed") this.trouble = troubleOfError(outcome.error, run.question.text);
    else if (outcome?.kind === "refused") this.trouble = troubleOfRefusal(outcome.decision, run.question.text);
    void this.price();
  }

  /** Ask the ledger what the answer has cost. */
  async price(): Promise<void> {
    const sequence = this.ended?.sent?.sequence;
    if (sequence === undefined || sequence === 0) return;
    const found = await gate
      .client()
      .then((client) => client.entry(sequence))
      .catch(() => null); // then it is not known
    this.cost = found?.outcome?.cost_microdollars ?? found?.entry.cost_microdollars ?? null;
  }
}

class Compare {
  prompt = $state("");
  asked = $state("");
  conversation = $state("");
  isOpening = $state(false);
  readonly sides = [new Side(), new Side()] as const;
  readonly isLive = $derived(this.sides.some((side) => side.isLive));
  readonly isOver = $derived(this.asked !== "" && this.sides.every((side) => side.ended !== null && side.trouble === null));
  #hasDefaults = false;

  /** Choose what is most worth comparing: something here, and beside it something elsewhere, else another one here. */
  async prepare(): Promise<void> {
    await models.refresh();
    if (this.#hasDefaults) return;
    this.#hasDefaults = true;
    const [left, right] = this.sides;
    const here = models.names.filter(({ place }) => place === "here");
    const elsewhere = models.names.find(({ place }) => place === "elsewhere");
    left.model = here[0]?.name ?? "local";
    right.model = elsewhere?.name ?? here[1]?.name ?? left.model;
  }

  /** What may have to wait for a yes goes first: it is typed just now, and an answer beside it would make it older. */
  start(): void {
    const question = this.prompt.trim();
    if (question === "" || this.isLive) return;
    this.clear();
    this.asked = question;
    const [left, right] = this.sides;
    const [first, second] = this.#leaves(right.model) ? [right, left] : [left, right];
    this.#begin(first, { messages: [{ role: "user", content: question }], conversation: "new", parent: "", model: first.model }, (run) => {
      const again = run.answer.question;
      const asked: AskArguments =
        again === ""
          ? { messages: [{ role: "user", content: question }], conversation: "new", parent: "", model: second.model }
          : { conversation: run.answer.conversation, again, model: second.model };
      this.#begin(second, asked, () => undefined, again === "" ? undefined : run.question);
    });
  }

  stop(): void {
    for (const side of this.sides) void side.run?.stop();
  }

  clear(): void {
    for (const side of this.sides) side.clear();
    this.asked = "";
    this.conversation = "";
  }

  /** Show a comparison again: the last question of a chat with its two newest answers. */
  async open(conversation: string): Promise<void> {
    if (conversation === this.conversation || (conversation === "" && this.isLive)) return;
    this.clear();
    if (conversation === "") return;
    this.conversation = conversation;
    this.isOpening = true;
    try {
      await this.#read(conversation);
    } catch (error) {
      if (!(error instanceof AspenError)) throw error;
      notices.fail(error);
    } finally {
      this.isOpening = false;
    }
  }

  async #read(conversation: string): Promise<void> {
    const view = await readConversation(conversation, () => undefined);
    const at = view.turns.findLastIndex(({ role }) => role === "assistant");
    const answer = view.turns[at];
    this.asked = view.turns[at - 1]?.text ?? view.card.title;
    this.prompt = this.asked;
    const found = await Promise.all((answer?.siblings ?? []).slice(-2).map((leaf) => answerAt(conversation, leaf)));
    found.forEach((turn, n) => {
      const side = this.sides[n];
      if (side === undefined || turn === null) return;
      side.ended = turn;
      side.model = turn.model ?? side.model;
      void side.price();
    });
  }

  #leaves(model: string): boolean {
    return model === "cloud" || models.names.some(({ name, place }) => name === model && place === "elsewhere");
  }

  /** `next` is called once: when the question stands in the store, or when it never will. */
  #begin(side: Side, asked: AskArguments, next: (run: LiveRun) => void, again?: Turn): void {
    let goOn: ((run: LiveRun) => void) | null = next;
    const once = (run: LiveRun): void => {
      goOn?.(run);
      goOn = null;
    };
    side.run = LiveRun.begin(
      asked,
      {
        onRemembered: (run) => {
          this.#noteConversation(run.answer.conversation);
          once(run);
        },
        onEnd: (run) => {
          if (side.run === run) side.end(run);
          once(run);
          void conversations.refresh();
        },
      },
      [],
      again,
    );
  }

  #noteConversation(conversation: string): void {
    if (this.conversation === conversation) return;
    this.conversation = conversation;
    void conversations.refresh();
    if (route.now.screen === "compare") route.replace("compare", conversation);
  }
}

async function answerAt(conversation: string, leaf: string): Promise<Turn | null> {
  const told = await call("conversation", { conversation, leaf, count: 1 });
  const [last] = objectsIn(told, "turns").slice(-1);
  return last === undefined ? null : turnIn(last, () => undefined);
}

export const compare = new Compare();
