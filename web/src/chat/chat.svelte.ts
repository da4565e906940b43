/** The conversation that is shown: its path of turns, the answer that comes, and everything one can do with them. */

import { AspenError } from "../api/errors";
import type { Attached } from "../files/attached";
import { attachments } from "../files/attachments.svelte";
import { beginning } from "../models/beginning.svelte";
import { betterModel } from "../models/better_model.svelte";
import { notices } from "../shell/notices.svelte";
import { route } from "../shell/route.svelte";
import { words } from "../words/words";
import { conversations } from "./conversation_list.svelte";
import { type Card, chooseBranch, keepHere, labelConversation, letLeave, readConversation, type View, type Word } from "./conversation_calls";
import { draft, NEW } from "./draft.svelte";
import type { AskArguments, LiveRun } from "./live_run.svelte";
import { LiveRuns, UNNAMED } from "./live_runs.svelte";
import { mergedPath } from "./path";
import { recovered } from "./recovery";
import { type Trouble, troubleOfError, troubleOfRefusal } from "./trouble";
import { answeredPart, type Turn } from "./turns";

/** Stands for the id of a question that an older Aspen kept without one. */
const UNANSWERED = "unanswered";

/** Leaves the choice of a model to Aspen. */
export const AUTO = "auto";

/** How many turns are read at once where all of them are wanted. */
const LONGEST_PAGE = 500;

interface AskOptions {
  /** Asked of this model and not of the one that is chosen for the chat. */
  readonly model?: string;
  /** The turns that stay before the question; everything after them becomes a branch. */
  readonly after?: readonly Turn[];
  /** What goes along with it. */
  readonly attached?: readonly Attached[];
}

class Chat {
  id = $state(UNNAMED);
  card = $state.raw<Card | null>(null);
  path = $state.raw<readonly Turn[]>([]);
  hasOlder = $state(false);
  isOpening = $state(false);
  trouble = $state.raw<Trouble | null>(null);
  /** Said once to those who listen instead of looking. */
  announcement = $state("");
  model = $state(AUTO);
  word = $state<Word>("ask");
  /** The folder of its project; empty for none. */
  project = $state("");
  /** Counts up when the end should be shown, wherever the reader is. */
  jumps = $state(0);

  readonly runs = new LiveRuns({
    onRemembered: (run) => this.#remembered(run),
    onEnd: (run, loss) => void this.#ended(run, loss),
  });
  readonly live = $derived.by(() => this.runs.of(this.id));
  readonly title = $derived(this.card?.title ?? "");

  readonly #keys = new Map<string, string>();
  /** What waits at the gate is being made anew, without something that stays here. */
  isStriking = $state(false);
  #opening = 0;
  /** The path as it was before its last question was asked again. */
  #beforeAgain: readonly Turn[] | null = null;
  /** A question that was asked again in vain, and of whom. */
  #retry: { readonly turn: string; readonly model: string } | null = null;
  /** Which conversation is here already; null while it is read. */
  #hereId: string | null = UNNAMED;

  /** Show a conversation, or the place where a new one begins. */
  async open(id: string): Promise<void> {
    void draft.enter(id || NEW);
    void attachments.enter(id || NEW);
    if (id !== this.#hereId) this.#clear(id);
    else if (id !== UNNAMED) return;
    const opening = ++this.#opening;
    if (id === UNNAMED) {
      const { model, project } = beginning.take();
      if (model !== null) this.model = model;
      if (project !== null) this.enterProject(project);
      return;
    }
    this.isOpening = true;
    try {
      const [view] = await Promise.all([this.#read(id), this.runs.find(id)]);
      if (opening === this.#opening) this.#show(view);
    } catch (error) {
      if (opening === this.#opening) this.#openFailed(error);
    } finally {
      if (opening === this.#opening) this.isOpening = false;
    }
  }

  /** Take over what was said in this chat elsewhere, such as in another tab. */
  async look(): Promise<void> {
    const { id } = this;
    if (id === UNNAMED || id !== this.#hereId || this.live !== null) return;
    const [view] = await Promise.all([this.#read(id).catch(() => null), this.runs.find(id)]);
    if (view === null || id !== this.id) return;
    if (this.live !== null || view.turns.at(-1)?.turn !== this.path.at(-1)?.turn) this.#show(view);
  }

  send(text: string, options: AskOptions = {}): void {
    const question = text.trim();
    if (question === "" || this.live !== null) return;
    const before = options.after ?? answeredPart(this.path);
    const model = options.model ?? this.model;
    const attached = options.attached ?? [];
    const asked: AskArguments = {
      messages: [{ role: "user", content: question }],
      conversation: this.id || NEW,
      parent: before.at(-1)?.turn ?? "",
      ...(model === AUTO ? {} : { model }),
      ...(attached.length > 0 ? { files: attached.map(({ reference }) => reference) } : {}),
      ...(this.id === UNNAMED && this.word !== "ask" ? { label: this.word } : {}),
      ...(this.id === UNNAMED && this.project !== "" ? { folder: this.project } : {}),
    };
    this.#begin(asked, before, attached);
  }

  #begin(asked: AskArguments, before: readonly Turn[], attached: readonly Attached[], again?: Turn): void {
    this.trouble = null;
    this.#retry = null;
    this.announcement = "";
    this.path = before;
    this.jumps += 1;
    this.runs.begin(this.id, asked, attached, again);
  }

  /** Let a chat that has not begun belong to a project, whose word becomes its own. */
  enterProject(project: { readonly path: string; readonly answer: Word } | null): void {
    this.project = project?.path ?? "";
    this.word = project?.answer ?? "ask";
  }

  stop(): void {
    void this.live?.stop();
  }

  /** Ask the question of an answer once more, of another model if one is named. */
  regenerate(answer: Turn, model?: string): void {
    const at = this.path.findLastIndex((turn, n) => turn.role === "user" && n < this.path.indexOf(answer));
    const question = this.path[at];
    if (question) this.#askOnceMore(question, model ?? this.model);
  }

  /** The new answer stands beside those that the question has; where none comes, those stay where they are. */
  #askOnceMore(question: Turn, model: string, isAsItWasRead = false): void {
    if (this.live !== null) return;
    const at = this.path.indexOf(question);
    const before = at < 0 ? this.path : this.path.slice(0, at);
    const { attached } = question;
    // What was read of files is looked up anew, with the places that an answer cites.
    const isReadAnew = attached.length > 0 && !isAsItWasRead;
    if (question.turn === "" || this.id === UNNAMED || isReadAnew) return this.send(question.text, { after: before, attached, model });
    if (at >= 0) this.#beforeAgain = this.path;
    this.#begin({ conversation: this.id, again: question.turn, ...(model === AUTO ? {} : { model }) }, before, [], question);
  }

  /** Keep a message here, or a passage of it: it is taken out at once of what would leave. */
  async keepHere(turn: Turn, passage: string | null, isUndone = false): Promise<void> {
    const { id } = this;
    this.isStriking = this.live?.answer.approval != null;
    try {
      const keptHere = await keepHere(id, turn.turn, passage, isUndone);
      const { live } = this;
      if (id !== this.id) return;
      this.path = this.path.map((each) => (each.turn === turn.turn ? { ...each, keptHere } : each));
      if (live !== null && live.question.turn === turn.turn) live.question = { ...live.question, keptHere };
    } catch (error) {
      this.isStriking = false;
      this.#tell(error);
    }
  }

  /** Ask something else in the place of a question. What was answered there stays, as another branch. */
  edit(question: Turn, text: string): void {
    this.send(text, { after: this.path.slice(0, this.path.indexOf(question)), attached: question.attached });
  }

  /** Show another one of the turns at the place of this one. */
  async switchBranch(turn: Turn, step: 1 | -1): Promise<void> {
    const next = turn.siblings[turn.siblings.indexOf(turn.turn) + step];
    if (next === undefined || this.live !== null) return;
    await this.#trying(async () => {
      await chooseBranch(this.id, next);
      this.trouble = null;
      this.#show(await this.#read(this.id));
    });
  }

  /** Read the turns before the oldest that is here. */
  async readOlder(count?: number): Promise<void> {
    const oldest = this.path[0]?.turn;
    const id = this.id;
    if (!this.hasOlder || oldest === undefined) return;
    this.hasOlder = false;
    await this.#trying(async () => {
      const view = await readConversation(id, (turn) => this.#keys.get(turn), oldest, count);
      if (id !== this.id) return;
      this.path = [...view.turns, ...this.path];
      this.hasOlder = view.hasOlder && view.turns.length > 0;
    });
  }

  /** Read everything before what is here, as long as that is wanted. */
  async readAllOlder(isWanted: () => boolean): Promise<void> {
    while (this.hasOlder && isWanted()) await this.readOlder(LONGEST_PAGE);
  }

  /** Have an answer go on that was stopped or cut off. */
  goOn(): void {
    this.send(words.reading.goOnAsk);
  }

  /** Say what may happen to what is typed here from now on. */
  async setWord(word: Word): Promise<void> {
    const before = this.word;
    this.word = word;
    if (this.id === UNNAMED) return;
    try {
      this.card = await labelConversation(this.id, word);
    } catch (error) {
      this.word = before;
      this.#tell(error);
    }
  }

  /** Ask the last question again, in the place of what came of it. */
  askAgain(model?: string): void {
    const retry = this.#retry;
    const retried = this.path.find(({ turn }) => turn === retry?.turn);
    if (retry !== null && retried !== undefined) return this.#askOnceMore(retried, model ?? retry.model);
    const last = this.path.at(-1);
    if (last?.role === "assistant" && last.wasStopped) return this.regenerate(last, model);
    if (last?.role === "user" && last.turn !== "" && last.turn !== UNANSWERED) return this.#askOnceMore(last, model ?? this.model);
    const question = this.trouble?.question ?? (last?.role === "user" ? last.text : "");
    this.send(question, { attached: this.unanswered, ...(model ? { model } : {}) });
  }

  /** What was attached to the last question while nobody has answered it. */
  get unanswered(): readonly Attached[] {
    const last = this.path.at(-1);
    return last?.role === "user" ? last.attached : [];
  }

  /** Let go what is typed here from now on, and what was said before as far as nobody keeps it here. */
  async letLeave(): Promise<void> {
    const last = this.path.findLast(({ turn }) => turn !== "" && turn !== UNANSWERED);
    if (last !== undefined) await this.#trying(() => letLeave(this.id, last.turn));
    await this.setWord("may-leave");
  }

  async letLeaveAndAskAgain(): Promise<void> {
    await this.letLeave();
    this.askAgain();
  }

  #clear(id: string): void {
    this.id = id;
    this.#hereId = id === UNNAMED ? id : null;
    this.jumps += 1;
    this.isOpening = false;
    this.card = null;
    this.path = [];
    this.hasOlder = false;
    this.trouble = null;
    this.isStriking = false;
    this.#beforeAgain = null;
    this.#retry = null;
    this.announcement = "";
    this.model = AUTO;
    this.word = "ask";
    this.project = "";
  }

  #read(id: string): Promise<View> {
    return readConversation(id, (turn) => this.#keys.get(turn));
  }

  #show(view: View): void {
    const { live } = this;
    this.#hereId = this.id;
    this.card = view.card;
    this.word = view.card.word;
    this.project = view.card.project;
    this.model = view.card.model ?? AUTO;
    this.hasOlder = view.hasOlder;
    if (live !== null && live.question.text === "") this.#giveQuestion(live, view);
    const shownLive = new Set(live === null ? [] : [live.answer.question, live.answer.turn]);
    // A question that is asked again stands in the store already, with what was answered to it before.
    const again = live?.asked?.again === undefined ? -1 : view.turns.findIndex(({ turn }) => turn === live.asked?.again);
    const before = again < 0 ? view.turns : view.turns.slice(0, again);
    this.path = mergedPath(this.path, before.filter(({ turn }) => !shownLive.has(turn)));
    const last = this.path.at(-1);
    if (live !== null || last?.role !== "user") return;
    this.trouble = { ...words.chat.unanswered, tone: "calm", reasons: [], mends: ["askAgain", "edit"], question: last.text };
  }

  /** A run that was found again knows its question only by its id. */
  #giveQuestion(live: LiveRun, view: View): void {
    const kept = view.turns.find(({ turn }) => turn === live.answer.question) ?? view.turns.findLast(({ turn }) => turn === "unanswered");
    if (kept) live.question = { ...kept, turn: live.answer.question, key: live.questionKey };
    this.path = this.path.filter((turn) => turn !== kept);
  }

  #openFailed(error: unknown): void {
    this.#tell(error);
    if (error instanceof AspenError && error.code === "not_found") route.replace("chat");
  }

  #remembered(run: LiveRun): void {
    const { conversation, question, turn } = run.answer;
    this.#keys.set(question, run.questionKey).set(turn, run.key);
    void conversations.refresh();
    if (this.id !== UNNAMED) {
      draft.sent(run.asked?.conversation ?? conversation);
      return;
    }
    draft.begun(conversation);
    attachments.begun(conversation);
    this.id = conversation;
    this.#hereId = conversation;
    if (route.now.screen === "chat" && route.now.item === "") route.replace("chat", conversation);
    void this.#refresh();
  }

  async #ended(run: LiveRun, loss: AspenError | null): Promise<void> {
    const conversation = run.conversation;
    void conversations.refresh();
    const { outcome } = run.answer;
    if (outcome?.kind === "answered") betterModel.note(outcome.result["offer"]);
    if (conversation !== this.id) {
      if (outcome?.kind === "answered") conversations.markNew(conversation);
      else if (outcome?.kind === "failed") notices.fail(outcome.error);
      return;
    }
    if (loss !== null && run.answer.outcome?.kind === "failed") return this.#recover(run, loss);
    if (isChanged(run)) return this.#askOnceMore(run.question, run.asked?.model ?? this.model, true);
    this.isStriking = false;
    this.#keepEnded(run);
    await this.#refresh();
  }

  /** Let what came stand in the path, and say what did not. */
  #keepEnded(run: LiveRun): void {
    const { outcome, text, thinking, toolCalls } = run.answer;
    const question = run.question.text;
    const hasAnswer = text.trim() !== "" || toolCalls.length > 0 || (outcome?.kind === "answered" && thinking !== "");
    const restored = run.asked?.again !== undefined && !hasAnswer ? this.#beforeAgain : null;
    this.#beforeAgain = null;
    if (restored !== null) this.#retry = { turn: run.question.turn, model: run.asked?.model ?? AUTO };
    this.path = restored ?? [...this.path, run.question, ...(hasAnswer ? [run.turn] : [])];
    if (outcome?.kind === "failed") this.trouble = troubleOfError(outcome.error, question);
    else if (outcome?.kind === "refused") this.trouble = troubleOfRefusal(outcome.decision, question);
    else if (!hasAnswer) this.trouble = { ...words.chat.stoppedEarly, tone: "calm", reasons: [], mends: ["askAgain", "edit"], question };
    this.announcement = this.trouble?.sentence ?? words.chat.answered(text);
  }

  /** Aspen has ended in the middle: read again what it kept, and say what was lost. */
  async #recover(run: LiveRun, loss: AspenError): Promise<void> {
    const { conversation } = run.answer;
    const view = conversation === "" ? null : await this.#read(conversation).catch(() => null);
    const found = recovered(run.answer, view);
    const question = run.question.text;
    if (view !== null) this.#show(view);
    if (found.kind === "whole") return;
    if (found.kind === "never asked") {
      if (loss.code !== "not_found") {
        this.path = [...this.path, run.question];
        this.trouble = troubleOfError(loss, question);
      } else {
        if (draft.text === "") draft.begin(question);
        attachments.putBack(run.question.attached);
        this.trouble = { ...words.chat.neverAsked, tone: "error", reasons: [], mends: [], question };
      }
    } else {
      const hint = found.kind === "partly" ? words.chat.keptOf(found.keptLetters, found.lostLetters) : words.chat.keptQuestion;
      this.trouble = { sentence: words.chat.interrupted, hint, tone: "error", reasons: [], mends: ["askAgain"], question };
    }
    this.announcement = this.trouble.sentence;
  }

  /** Read what the store knows and the page does not: the title, and which branches there are now. */
  async #refresh(): Promise<void> {
    const { id } = this;
    if (id === UNNAMED) return;
    const view = await this.#read(id).catch(() => null);
    if (view === null || id !== this.id) return;
    this.card = view.card;
    if (this.live !== null && this.live.question.text === "") this.#giveQuestion(this.live, view);
    if (this.live === null) this.path = mergedPath(this.path, this.path, view.turns);
  }

  async #trying(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#tell(error);
    }
  }

  #tell(error: unknown): void {
    if (!(error instanceof AspenError)) throw error;
    notices.fail(error);
  }
}

/** Whether it ended because a person took something out of what waited: it is shown anew. */
function isChanged(run: LiveRun): boolean {
  const { outcome } = run.answer;
  return outcome?.kind === "failed" && outcome.error.facts["is_changed"] === true;
}

export const chat = new Chat();
