/** Written by `python tests/server/typescript_shapes.py` from the verbs' shapes; a test compares them. */

export type Word = "stays-here" | "my-servers" | "may-leave" | "ask";

export type Zone = "machine" | "own_servers" | "cloud";

export interface Picture {
  readonly data: string;
  readonly media_type?: string;
}

export interface AskMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content?: string | readonly Readonly<Record<string, unknown>>[] | null;
  readonly images?: readonly Picture[];
  readonly tool_calls?: readonly Readonly<Record<string, unknown>>[];
  readonly tool_call_id?: string;
}

/** How an answer is written. What is not said is the model's or the assistant's own. */
export interface Options {
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  readonly min_p?: number | null;
  readonly repeat_penalty?: number | null;
  readonly top_k?: number | null;
  readonly repeat_last_n?: number | null;
  readonly seed?: number | null;
  readonly answer_tokens?: number | null;
  readonly context_tokens?: number | null;
  readonly stop?: readonly string[] | null;
}

export interface AdapterScale {
  readonly index: number;
  readonly scale: number;
}

/** `messages` are what is said now; in their place `again` names a question of the `conversation`.
 *
 * `files` are absolute paths, or references of files that were attached in the app.
 */
export interface Ask {
  readonly messages?: readonly AskMessage[];
  readonly again?: string | null;
  readonly conversation?: string | null;
  readonly parent?: string | null;
  readonly model?: string | null;
  readonly label?: string | null;
  readonly folder?: string | null;
  readonly files?: readonly string[];
  readonly pictures?: readonly string[];
  readonly options?: Options;
  readonly schema?: Readonly<Record<string, unknown>> | null;
  readonly schema_file?: readonly string[];
  readonly tools?: readonly Readonly<Record<string, unknown>>[];
  readonly adapters?: readonly AdapterScale[];
  readonly keep_seconds?: number | null;
  readonly top_logprobs?: number;
  readonly is_piped?: boolean;
  readonly is_preview?: boolean;
}

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cached_tokens: number;
}

export interface Timings {
  readonly first_token_ms: number;
  readonly tokens_per_second: number;
  readonly prompt_ms: number;
}

export interface ToolCall {
  readonly call_id: string;
  readonly name: string;
  readonly arguments: string;
}

export interface Reason {
  readonly code: string;
  readonly words: string;
}

export interface Considered {
  readonly model: string;
  readonly reason: Reason;
}

/** `flips` are sentences that say what would have led elsewhere. */
export interface Route {
  readonly kind: "route";
  readonly model: string;
  readonly reasons: readonly Reason[];
  readonly considered: readonly Considered[];
  readonly flips: readonly string[];
}

/** `remedies` are what a person can do, most useful first. */
export interface Refusal {
  readonly kind: "refusal";
  readonly reasons: readonly Reason[];
  readonly considered: readonly Considered[];
  readonly remedies: readonly string[];
}

/** `sequence` is its number in the ledger. */
export interface Sent {
  readonly provider: string;
  readonly body_bytes: number;
  readonly sequence: number;
}

export interface Seal {
  readonly level: "L0" | "L1" | "L2" | "L3";
  readonly sentence: string;
  readonly checked_at: string;
  readonly missing: readonly string[];
}

/** A model that fits this computer better than the starter; `reference` is what `pull` takes. */
export interface Offer {
  readonly name: string;
  readonly reference: string;
  readonly size_bytes: number;
  readonly words_per_second: number | null;
}

/** `path` is null for a file that came as bytes, `passage_id` for one that went whole. */
export interface LocatedCitation {
  readonly number: number;
  readonly words: string;
  readonly path: string | null;
  readonly passage_id: number | null;
}

/** `model` and `zone` are null where the decision is a refusal, the three ids where nothing is remembered. */
export interface Answer {
  readonly finish_reason: "stop" | "length" | "tool_calls" | "refused" | null;
  readonly usage: Usage | null;
  readonly timings: Timings | null;
  readonly schema: number;
  readonly answer: string;
  readonly thinking: string;
  readonly thinking_seconds: number | null;
  readonly tool_calls: readonly ToolCall[];
  readonly model: string | null;
  readonly zone: Zone | null;
  readonly decision: Route | Refusal;
  readonly sent: Sent | null;
  readonly jail: Seal | null;
  readonly notes: readonly string[];
  readonly offer: Offer | null;
  readonly passages_read: number;
  readonly passages_in_all: number;
  readonly files_read: number;
  readonly citations: readonly LocatedCitation[];
  readonly conversation: string | null;
  readonly question: string | null;
  readonly turn: string | null;
}

/** What `ask` gives with `is_preview`: nothing was sent. */
export interface Preview {
  readonly schema: number;
  readonly decision: Route | Refusal;
  readonly leaves: boolean;
}

/** `after` is the last id of the page before. */
export interface ListConversations {
  readonly count?: number;
  readonly after?: string | null;
  readonly project?: string | null;
  readonly deleted?: boolean;
}

export interface Label {
  readonly sensitivity: "public" | "internal" | "private";
  readonly source: "unset" | "detected" | "declared";
  readonly reasons: readonly string[];
  readonly providers: readonly string[] | null;
  readonly beneath: "public" | "internal" | "private";
}

/** `project` is its folder; `model` is null where Aspen chooses. */
export interface Card {
  readonly conversation: string;
  readonly title: string;
  readonly model: string | null;
  readonly word: Word;
  readonly label: Label;
  readonly turn_count: number;
  readonly is_pinned: boolean;
  readonly project: string | null;
  readonly created_at: string;
  readonly changed_at: string;
  readonly deleted_at: string | null;
}

export interface Conversations {
  readonly schema: number;
  readonly conversations: readonly Card[];
  readonly has_more: boolean;
  readonly is_encrypted: boolean;
}

export interface OpenConversation {
  readonly words?: string | null;
  readonly is_exact?: boolean;
}

export interface KeptMessage {
  readonly turn: string;
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly text: string;
  readonly was_stopped: boolean;
}

/** `turn` is the last answer's, and `unanswered` what was said after it; both empty where there is none. */
export interface OpenedConversation {
  readonly conversation: string;
  readonly title: string;
  readonly model: string | null;
  readonly word: Word;
  readonly label: Label;
  readonly turn_count: number;
  readonly is_pinned: boolean;
  readonly project: string | null;
  readonly created_at: string;
  readonly changed_at: string;
  readonly deleted_at: string | null;
  readonly schema: number;
  readonly is_encrypted: boolean;
  readonly system: string | null;
  readonly messages: readonly KeptMessage[];
  readonly turn: string;
  readonly unanswered: string;
}

export interface Rename {
  readonly words: string;
  readonly title: string;
}

export interface Conversation {
  readonly conversation: string;
  readonly title: string;
  readonly model: string | null;
  readonly word: Word;
  readonly label: Label;
  readonly turn_count: number;
  readonly is_pinned: boolean;
  readonly project: string | null;
  readonly created_at: string;
  readonly changed_at: string;
  readonly deleted_at: string | null;
  readonly schema: number;
  readonly is_encrypted: boolean;
}

export interface LabelChat {
  readonly words: string;
  readonly label: string;
}

export interface DeleteChat {
  readonly words: string;
  readonly for_good?: boolean;
}

export interface InWords {
  readonly words: string;
}

export interface OfConversation {
  readonly conversation: string;
}

export interface PinChat {
  readonly conversation: string;
  readonly is_pinned: boolean;
}

/** `before` is what the page before gave. */
export interface Search {
  readonly text?: string;
  readonly count?: number;
  readonly before?: string | null;
}

/** `turn` and `role` are null for a title. `marks` are pairs of a beginning and an end in UTF-16 units. */
export interface SearchHit {
  readonly conversation: string;
  readonly title: string;
  readonly turn: string | null;
  readonly role: string | null;
  readonly when: string;
  readonly excerpt: string;
  readonly marks: readonly readonly number[][];
}

export interface SearchHits {
  readonly schema: number;
  readonly found: readonly SearchHit[];
  readonly has_more: boolean;
  readonly before: string | null;
  readonly is_encrypted: boolean;
}

export interface ExportText {
  readonly conversation: string;
  readonly form: "json" | "markdown";
}

export interface ExportedText {
  readonly schema: number;
  readonly title: string;
  readonly text: string;
}

/** `before_turn` asks for the page above a turn; `showing` names one that must be among them. */
export interface ViewConversation {
  readonly conversation: string;
  readonly count?: number;
  readonly leaf?: string | null;
  readonly before_turn?: string | null;
  readonly showing?: string | null;
}

export interface ToolResult {
  readonly call_id: string;
  readonly text: string;
}

/** A text has a `name`; one that is a numbered passage has `number` and `words`. A picture has the rest. */
export interface KeptFile {
  readonly name: string | null;
  readonly size_bytes: number;
  readonly kind: "text" | "picture";
  readonly number?: number;
  readonly words?: string;
  readonly media_type?: string;
  readonly sha256?: string;
}

export interface KeptHere {
  readonly is_whole: boolean;
  readonly passages: readonly string[];
}

/** `file` is the reference that `ask` takes. Only what was counted in a file of its kind is there. */
export interface AttachedOnce {
  readonly file: string;
  readonly name: string;
  readonly kind: "text" | "markdown" | "python" | "code" | "csv" | "pdf" | "docx" | "picture" | "folder";
  readonly size_bytes: number;
  readonly notes: readonly string[];
  readonly tokens?: number;
  readonly words?: number;
  readonly lines?: number;
  readonly pages?: number;
  readonly rows?: number;
  readonly files?: number;
  readonly width?: number;
  readonly height?: number;
  readonly media_type?: string;
}

export interface QuestionTurn {
  readonly turn: string;
  readonly parent: string | null;
  readonly text: string;
  readonly thinking: string;
  readonly tool_calls: readonly ToolCall[];
  readonly tool_results: readonly ToolResult[];
  readonly files: readonly KeptFile[];
  readonly word: Word;
  readonly label: Label;
  readonly siblings: readonly string[];
  readonly created_at: string;
  readonly was_stopped: boolean;
  readonly kept_here: KeptHere | null;
  readonly role: "user";
  readonly attached: readonly AttachedOnce[];
}

export interface Citation {
  readonly number: number;
  readonly words: string;
}

/** What an older Aspen did not keep is null. */
export interface AnswerTurn {
  readonly turn: string;
  readonly parent: string | null;
  readonly text: string;
  readonly thinking: string;
  readonly tool_calls: readonly ToolCall[];
  readonly tool_results: readonly ToolResult[];
  readonly files: readonly KeptFile[];
  readonly word: Word;
  readonly label: Label;
  readonly siblings: readonly string[];
  readonly created_at: string;
  readonly was_stopped: boolean;
  readonly kept_here: KeptHere | null;
  readonly finish_reason: "stop" | "length" | "tool_calls" | "refused" | null;
  readonly usage: Usage | null;
  readonly timings: Timings | null;
  readonly role: "assistant";
  readonly model: string | null;
  readonly decision: Route | Refusal | null;
  readonly zone: Zone | null;
  readonly sent: Sent | null;
  readonly thinking_seconds: number | null;
  readonly ended_at: string | null;
  readonly read: readonly string[];
  readonly citations: readonly Citation[];
}

export interface OtherTurn {
  readonly turn: string;
  readonly parent: string | null;
  readonly text: string;
  readonly thinking: string;
  readonly tool_calls: readonly ToolCall[];
  readonly tool_results: readonly ToolResult[];
  readonly files: readonly KeptFile[];
  readonly word: Word;
  readonly label: Label;
  readonly siblings: readonly string[];
  readonly created_at: string;
  readonly was_stopped: boolean;
  readonly kept_here: KeptHere | null;
  readonly role: "system" | "tool";
}

/** `leaf` is the turn that the branch ends with; null for a conversation without turns. */
export interface View {
  readonly conversation: string;
  readonly title: string;
  readonly model: string | null;
  readonly word: Word;
  readonly label: Label;
  readonly turn_count: number;
  readonly is_pinned: boolean;
  readonly project: string | null;
  readonly created_at: string;
  readonly changed_at: string;
  readonly deleted_at: string | null;
  readonly schema: number;
  readonly is_encrypted: boolean;
  readonly system: string | null;
  readonly draft: string;
  readonly leaf: string | null;
  readonly turns: readonly (QuestionTurn | AnswerTurn | OtherTurn)[];
  readonly has_more: boolean;
}

export interface ChooseBranch {
  readonly conversation: string;
  readonly turn: string;
  readonly count?: number;
}

/** `passage` are exact words of the message; without, the whole message is meant. */
export interface KeepHere {
  readonly conversation: string;
  readonly turn: string;
  readonly passage?: string | null;
  readonly undo?: boolean;
}

export interface KeptOfTurn {
  readonly schema: number;
  readonly conversation: string;
  readonly turn: string;
  readonly kept_here: KeptHere | null;
}

export interface OfTurn {
  readonly conversation: string;
  readonly turn: string;
}

export interface ChangedTurn {
  readonly turn: string;
  readonly word: Word;
}

export interface LetLeave {
  readonly schema: number;
  readonly conversation: string;
  readonly changed: readonly ChangedTurn[];
}

export interface KeepDraft {
  readonly conversation: string;
  readonly text?: string | null;
}

/** `path` and `word`, the label of the path, are null for a file that came as bytes. */
export interface AttachedFile {
  readonly file: string;
  readonly name: string;
  readonly kind: "text" | "markdown" | "python" | "code" | "csv" | "pdf" | "docx" | "picture" | "folder";
  readonly size_bytes: number;
  readonly notes: readonly string[];
  readonly tokens?: number;
  readonly words?: number;
  readonly lines?: number;
  readonly pages?: number;
  readonly rows?: number;
  readonly files?: number;
  readonly width?: number;
  readonly height?: number;
  readonly media_type?: string;
  readonly path: string | null;
  readonly word: Word | null;
}

export interface Draft {
  readonly schema: number;
  readonly conversation: string;
  readonly text: string;
  readonly changed_at: string | null;
  readonly attached: readonly AttachedFile[];
  readonly is_encrypted: boolean;
}

/** `conversation` is an id, or `new`. */
export interface AttachFile {
  readonly name: string;
  readonly base64: string;
  readonly conversation: string;
}

export interface NewlyAttached {
  readonly file: string;
  readonly name: string;
  readonly kind: "text" | "markdown" | "python" | "code" | "csv" | "pdf" | "docx" | "picture" | "folder";
  readonly size_bytes: number;
  readonly notes: readonly string[];
  readonly tokens?: number;
  readonly words?: number;
  readonly lines?: number;
  readonly pages?: number;
  readonly rows?: number;
  readonly files?: number;
  readonly width?: number;
  readonly height?: number;
  readonly media_type?: string;
  readonly path: string | null;
  readonly word: Word | null;
  readonly schema: number;
  readonly is_encrypted: boolean;
}

export interface AttachPath {
  readonly path: string;
  readonly conversation: string;
}

export interface DetachFile {
  readonly file: string;
}

export interface Detached {
  readonly schema: number;
  readonly is_encrypted: boolean;
}

export interface LookAhead {
  readonly files?: readonly string[];
  readonly text?: string;
  readonly model?: string | null;
  readonly conversation?: string | null;
  readonly parent?: string | null;
  readonly options?: Options;
}

/** `model` is null where more than one could answer. `in_passages` are references of files. */
export interface Ahead {
  readonly schema: number;
  readonly model: string | null;
  readonly sees_pictures: boolean;
  readonly sighted: readonly string[];
  readonly room_tokens: number;
  readonly is_full: boolean;
  readonly in_passages: readonly string[];
  readonly is_encrypted: boolean;
}

export interface OpenPassage {
  readonly conversation: string;
  readonly turn: string;
  readonly number: number;
}

/** `before` and `after` stand around it in its file; both are empty where only the passage was kept. */
export interface Passage {
  readonly schema: number;
  readonly number: number;
  readonly name: string;
  readonly words: string;
  readonly text: string;
  readonly before: string;
  readonly after: string;
  readonly is_encrypted: boolean;
}

export interface PictureOfTurn {
  readonly conversation: string;
  readonly turn: string;
  readonly sha256: string;
}

export interface PictureWaiting {
  readonly file: string;
}

export interface ShownPicture {
  readonly schema: number;
  readonly media_type: string;
  readonly base64: string;
  readonly is_encrypted: boolean;
}

export type Nothing = Record<string, never>;

export interface Removal {
  readonly kind: "delete" | "forget" | "elsewhere";
  readonly way: string | null;
}

export interface Model {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly store: string;
  readonly path: string;
  readonly size_bytes: number;
  readonly architecture: string | null;
  readonly parameters: number | null;
  readonly quantization: string | null;
  readonly context_tokens: number | null;
  readonly skills: readonly string[];
  readonly fit: string | null;
  readonly words_per_second: number | null;
  readonly problem: string | null;
  readonly removal: Removal;
}

export interface AssistantLine {
  readonly name: string;
  readonly model: string;
  readonly system: string | null;
}

export interface ModelElsewhere {
  readonly name: string;
  readonly provider: string;
  readonly title: string;
  readonly zone: "own_servers" | "cloud";
}

export interface StoreProblem {
  readonly store: string;
  readonly path: string;
  readonly sentence: string;
}

export interface Models {
  readonly schema: number;
  readonly default: string | null;
  readonly models: readonly Model[];
  readonly assistants: readonly AssistantLine[];
  readonly elsewhere: readonly ModelElsewhere[];
  readonly problems: readonly StoreProblem[];
}

export interface Named {
  readonly name: string;
}

export interface ShownModel {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly store: string;
  readonly path: string;
  readonly size_bytes: number;
  readonly architecture: string | null;
  readonly parameters: number | null;
  readonly quantization: string | null;
  readonly context_tokens: number | null;
  readonly skills: readonly string[];
  readonly fit: string | null;
  readonly words_per_second: number | null;
  readonly problem: string | null;
  readonly schema: number;
  readonly kind: "model";
  readonly file_version: number;
  readonly tensor_types: Readonly<Record<string, number>>;
  readonly chat_template: string | null;
  readonly paths: readonly string[];
  readonly projector: string | null;
  readonly advice: string | null;
}

export interface AdapterFile {
  readonly path: string;
  readonly scale: number;
}

export interface ShownAssistant {
  readonly schema: number;
  readonly kind: "assistant";
  readonly name: string;
  readonly model: string;
  readonly system: string | null;
  readonly parameters: Options;
  readonly weights_sha256: string;
  readonly weights_bytes: number;
  readonly adapters: readonly AdapterFile[];
  readonly modelfile: string;
}

export interface Starter {
  readonly name: string;
  readonly size_bytes: number;
}

export interface CatalogueRow {
  readonly name: string;
  readonly title: string;
  readonly kind: "chat" | "coder" | "embedder";
  readonly skills: readonly string[];
  readonly licence: string;
  readonly size_bytes: number;
  readonly fit: string;
  readonly is_fitting: boolean;
  readonly words_per_second: number | null;
  readonly is_suggested: boolean;
  readonly is_here: boolean;
}

export interface Catalogue {
  readonly schema: number;
  readonly checked_on: string;
  readonly starter: Starter;
  readonly models: readonly CatalogueRow[];
}

export interface LoadedModel {
  readonly schema: number;
  readonly name: string;
  readonly context_tokens: number;
  readonly notes: readonly string[];
}

export interface Unloaded {
  readonly schema: number;
  readonly unloaded: number;
}

export interface RunningCore {
  readonly pid: number;
  readonly launcher_pid: number;
  readonly version: string;
  readonly uptime_seconds: number;
  readonly seal: Seal | null;
}

export interface Engine {
  readonly name: string;
  readonly pid: number;
  readonly context_tokens: number;
  readonly slots: number;
  readonly requests_in_flight: number;
  readonly unloads_in_seconds: number | null;
  readonly memory_bytes: number | null;
  readonly jail: Seal;
}

export interface Processes {
  readonly schema: number;
  readonly service: RunningCore;
  readonly engines: readonly Engine[];
}

export interface AddPath {
  readonly path: string;
  readonly name?: string;
}

export interface Added {
  readonly schema: number;
  readonly name: string;
  readonly path: string;
}

export interface Removed {
  readonly schema: number;
  readonly kind: "model" | "assistant";
  readonly removed: readonly string[];
}

/** `folder` is where the Modelfile lies: its paths are meant from there. */
export interface CreateFromText {
  readonly name: string;
  readonly modelfile: string;
  readonly folder?: string;
}

export interface CreateFromModel {
  readonly name: string;
  readonly from: string;
  readonly system?: string;
  readonly parameters?: Options;
}

export interface MadeAssistant {
  readonly schema: number;
  readonly kind: "assistant";
  readonly name: string;
  readonly model: string;
  readonly system: string | null;
  readonly parameters: Options;
  readonly weights_sha256: string;
  readonly weights_bytes: number;
  readonly adapters: readonly AdapterFile[];
  readonly modelfile: string;
  readonly notes: readonly string[];
}

export interface CopyAssistant {
  readonly source: string;
  readonly target: string;
}

export interface PullReference {
  readonly reference: string;
}

export interface Pulled {
  readonly schema: number;
  readonly name: string;
  readonly paths: readonly string[];
  readonly size_bytes: number;
  readonly sha256: readonly string[];
}

export interface Setup {
  readonly schema: number;
  readonly ready: boolean;
  readonly models: readonly string[];
  readonly notes: readonly string[];
}

export interface EmbedTexts {
  readonly input: readonly string[];
  readonly model?: string | null;
}

export interface Embedded {
  readonly schema: number;
  readonly model: string;
  readonly vectors: readonly readonly number[][];
}

/** `path` has `~` for the home folder; the verbs take `absolute`. */
export interface LabelledPath {
  readonly path: string;
  readonly absolute: string;
  readonly word: Word;
  readonly label: Label;
}

export interface Project {
  readonly folder: string;
  readonly path: string;
  readonly name: string;
  readonly answer: Word;
  readonly is_asked: boolean;
  readonly default_model: string | null;
  readonly instructions: string;
}

export interface Labels {
  readonly schema: number;
  readonly labels: readonly LabelledPath[];
  readonly projects: readonly Project[];
}

export interface OfPath {
  readonly path: string;
}

export interface DeclareLabel {
  readonly path: string;
  readonly label: string;
  readonly providers?: readonly string[];
}

export interface OfFolder {
  readonly folder: string;
}

export interface SetProject {
  readonly folder: string;
  readonly answer?: string;
  readonly instructions?: string;
  readonly default_model?: string | null;
}

export interface FileSettings {
  readonly schema: number;
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly said_by: Readonly<Record<string, "default" | "workspace" | "file" | "environment">>;
  readonly choosable: readonly string[];
}

export interface ChangeSetting {
  readonly name: string;
  readonly value: string | number | null;
}

export interface OfMonth {
  readonly month?: string;
}

/** `prompt` and `completion` are dollars for a million tokens. */
export interface Savings {
  readonly schema: number;
  readonly month: string;
  readonly answers: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cost_microdollars: number | null;
  readonly model: string | null;
  readonly provider: string | null;
  readonly prompt: number | null;
  readonly completion: number | null;
  readonly listed_on: string | null;
  readonly package: string;
}

/** Dollars for a million tokens, from so many tokens of the prompt on. */
export interface RateStep {
  readonly above_prompt_tokens: number;
  readonly per_million: number;
}

export interface BatchRates {
  readonly prompt: readonly RateStep[] | null;
  readonly completion: readonly RateStep[] | null;
  readonly cached: readonly RateStep[] | null;
  readonly cache_written: readonly RateStep[] | null;
  readonly batch: null;
}

export interface PricedModel {
  readonly prompt: readonly RateStep[] | null;
  readonly completion: readonly RateStep[] | null;
  readonly cached: readonly RateStep[] | null;
  readonly cache_written: readonly RateStep[] | null;
  readonly provider: string;
  readonly model: string;
  readonly batch: BatchRates | null;
}

export interface Prices {
  readonly schema: number;
  readonly models: readonly PricedModel[];
  readonly package: string;
  readonly version: string;
  readonly listed_on: string;
}

/** Without `rules`, the text of a rules file, the present ones. `path` is what the person calls its file. */
export interface CheckRules {
  readonly rules?: string | null;
  readonly path?: string | null;
}

export interface Rule {
  readonly line: number;
  readonly then: string;
  readonly sentence: string;
}

export interface Ceilings {
  readonly request_microdollars: number | null;
  readonly day_microdollars: number | null;
  readonly month_microdollars: number | null;
}

export interface CheckedRules {
  readonly schema: number;
  readonly path: string;
  readonly sha256: string;
  readonly rules: readonly Rule[];
  readonly ceilings: Ceilings;
}

/** `entries` are those of the ledger, as the gate lists them. */
export interface TryRules {
  readonly rules?: string | null;
  readonly path?: string | null;
  readonly entries: readonly Readonly<Record<string, unknown>>[];
}

export interface RuleTrial {
  readonly sequence: number;
  readonly was: "cleared" | "asked" | "denied";
  readonly now: "cleared" | "asked" | "denied";
  readonly reasons: readonly string[];
}

export interface TriedRules {
  readonly schema: number;
  readonly path: string;
  readonly sha256: string;
  readonly trials: readonly RuleTrial[];
}

/** `memory_bytes_per_second` is measured. */
export interface HardwareFound {
  readonly cpu_name: string;
  readonly machine: string;
  readonly physical_cores: number;
  readonly logical_cores: number;
  readonly usable_cores: number;
  readonly instruction_sets: readonly string[];
  readonly memory_total_bytes: number;
  readonly memory_available_bytes: number;
  readonly memory_bytes_per_second: number;
  readonly gpus: readonly Readonly<Record<string, unknown>>[];
  readonly vulkan_drivers: readonly string[];
  readonly nvidia_driver_version: readonly number[] | null;
}

export interface EngineBuild {
  readonly package: string;
  readonly version: string;
  readonly compiler: string;
  readonly instruction_sets: readonly string[];
  readonly unused_instruction_sets: readonly string[];
  readonly devices: readonly Readonly<Record<string, unknown>>[];
}

/** `group` and `must_be_open` are there in a proof. */
export interface Probe {
  readonly name: string;
  readonly blocked: boolean;
  readonly detail: string;
  readonly group?: "network" | "processes" | "files" | "walls";
  readonly must_be_open?: boolean;
}

export interface SealReport {
  readonly level: "L0" | "L1" | "L2" | "L3";
  readonly sentence: string;
  readonly checked_at: string;
  readonly missing: readonly string[];
  readonly probes: readonly Probe[];
}

export interface Remembered {
  readonly path: string;
  readonly is_encrypted: boolean;
}

export interface Reader {
  readonly is_installed: boolean;
}

export interface FoldersKept {
  readonly data: string;
  readonly config: string;
  readonly state: string;
  readonly cache: string;
}

/** `engine` and `jail` are null where the process that looks could not be asked. `models` are counts by store. */
export interface Doctor {
  readonly schema: number;
  readonly version: string;
  readonly hardware: HardwareFound;
  readonly engine: EngineBuild | null;
  readonly jail: SealReport | null;
  readonly core_seal: SealReport | null;
  readonly least_jail_level: "L0" | "L1" | "L2" | "L3";
  readonly remembered: Remembered;
  readonly readers: Readonly<Record<string, Reader>>;
  readonly models: Readonly<Record<string, number>>;
  readonly problems: readonly StoreProblem[];
  readonly folders: FoldersKept;
  readonly notes: readonly string[];
}

/** `canary` are the words that must not leave. */
export interface Prove {
  readonly canary: string;
}

/** Its seal as the launcher judged it at the start, or L0 where it did not, and every attempt anew. */
export interface CoreReport {
  readonly pid: number;
  readonly level: "L0" | "L1" | "L2" | "L3";
  readonly sentence: string;
  readonly checked_at?: string;
  readonly missing: readonly string[];
  readonly probes: readonly Probe[];
  readonly sockets: Readonly<Record<string, unknown>> | null;
}

export interface EngineReport {
  readonly level: "L0" | "L1" | "L2" | "L3";
  readonly sentence: string;
  readonly checked_at: string;
  readonly missing: readonly string[];
  readonly probes: readonly Probe[];
  readonly name: string;
  readonly pid: number;
}

/** `left` must be empty. */
export interface CanaryTried {
  readonly model: string;
  readonly purposes: readonly string[];
  readonly providers: readonly string[];
  readonly routings: number;
  readonly sends: number;
  readonly refused: number;
  readonly blocked: number;
  readonly forgeries: number;
  readonly unrecorded: number;
  readonly is_airplane_mode: boolean;
  readonly has_sent: boolean;
  readonly left: readonly string[];
}

export interface ToldError {
  readonly code: string;
  readonly sentence: string;
  readonly hint: string;
  readonly retryable: boolean;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** `trial` is of a child without a model, where no engine could be proven; else null. */
export interface Proof {
  readonly schema: number;
  readonly launcher_pid: number;
  readonly core: CoreReport;
  readonly engines: readonly EngineReport[];
  readonly readers: readonly EngineReport[];
  readonly trial: SealReport | null;
  readonly canary: CanaryTried;
  readonly store_is_encrypted: boolean;
  readonly problems: readonly ToldError[];
}

export interface TextEvent {
  readonly event: "text";
  readonly text: string;
  readonly logprobs?: readonly Readonly<Record<string, unknown>>[];
}

export interface ThinkingEvent {
  readonly event: "thinking";
  readonly text: string;
}

/** A piece of the call with this `index`. */
export interface ToolCallEvent {
  readonly event: "tool_call";
  readonly index: number;
  readonly call_id: string | null;
  readonly name: string | null;
  readonly arguments: string;
}

/** `total` is null or 0 where nobody knows. */
export interface ProgressEvent {
  readonly event: "progress";
  readonly stage: string;
  readonly done: number;
  readonly total: number | null;
  readonly what: string;
}

/** Exactly these bytes wait at the gate for a person. `project` is there where the question has a folder. */
export interface AwaitingApprovalEvent {
  readonly event: "awaiting_approval";
  readonly nonce: string;
  readonly body_sha256: string;
  readonly provider: string;
  readonly project?: Project;
}

export interface SentEvent {
  readonly provider: string;
  readonly body_bytes: number;
  readonly sequence: number;
  readonly event: "sent";
}

export interface RouteEvent {
  readonly kind: "route";
  readonly model: string;
  readonly reasons: readonly Reason[];
  readonly considered: readonly Considered[];
  readonly flips: readonly string[];
  readonly event: "decision";
}

export interface RefusalEvent {
  readonly kind: "refusal";
  readonly reasons: readonly Reason[];
  readonly considered: readonly Considered[];
  readonly remedies: readonly string[];
  readonly event: "decision";
}

export interface RememberedEvent {
  readonly conversation: string;
  readonly question: string;
  readonly turn: string;
  readonly event: "remembered";
  readonly is_encrypted: boolean;
}

/** `read` says what was read of files, `note` what is worth knowing. */
export interface SentenceEvent {
  readonly event: "read" | "note";
  readonly text: string;
}

export interface PassagesEvent {
  readonly event: "passages";
  readonly passages: readonly Citation[];
}

/** What `pull` will fetch. `name` is a reference that `pull` takes. */
export interface PlanEvent {
  readonly event: "plan";
  readonly name: string;
  readonly files: readonly string[];
  readonly size_bytes: number;
  readonly fit: string;
  readonly words_per_second: number | null;
  readonly free_disk_bytes: number;
}

export interface StoppedEvent {
  readonly event: "stopped";
}

export interface RememberedIds {
  readonly conversation: string;
  readonly question: string;
  readonly turn: string;
}

/** `remembered` says where its answer is kept; null until it is. */
export interface RunCard {
  readonly run: string;
  readonly verb: string;
  readonly conversation: string | null;
  readonly event_count: number;
  readonly is_over: boolean;
  readonly remembered: RememberedIds | null;
}

/** What a run says before its last frame. */
export type EventFrame =
  | TextEvent
  | ThinkingEvent
  | ToolCallEvent
  | ProgressEvent
  | AwaitingApprovalEvent
  | SentEvent
  | RouteEvent
  | RefusalEvent
  | RememberedEvent
  | SentenceEvent
  | PassagesEvent
  | PlanEvent
  | StoppedEvent;

/** What each verb is given, and what it answers. */
export interface Verbs {
  ask: { given: Ask; result: Answer | Preview };
  list_conversations: { given: ListConversations; result: Conversations };
  open_conversation: { given: OpenConversation; result: OpenedConversation };
  rename_conversation: { given: Rename; result: Conversation };
  label_conversation: { given: LabelChat; result: Conversation };
  delete_conversation: { given: DeleteChat; result: Conversation };
  restore_conversation: { given: InWords; result: Conversation };
  purge_conversation: { given: OfConversation; result: Conversation };
  pin_conversation: { given: PinChat; result: Conversation };
  search: { given: Search; result: SearchHits };
  export_text: { given: ExportText; result: ExportedText };
  conversation: { given: ViewConversation; result: View };
  choose_branch: { given: ChooseBranch; result: View };
  keep_here: { given: KeepHere; result: KeptOfTurn };
  let_leave: { given: OfTurn; result: LetLeave };
  keep_draft: { given: KeepDraft; result: Draft };
  read_draft: { given: OfConversation; result: Draft };
  attach_file: { given: AttachFile; result: NewlyAttached };
  attach_path: { given: AttachPath; result: NewlyAttached };
  detach_file: { given: DetachFile; result: Detached };
  look_ahead: { given: LookAhead; result: Ahead };
  passage: { given: OpenPassage; result: Passage };
  picture: { given: PictureOfTurn | PictureWaiting; result: ShownPicture };
  models: { given: Nothing; result: Models };
  show: { given: Named; result: ShownModel | ShownAssistant };
  catalogue: { given: Nothing; result: Catalogue };
  load: { given: Named; result: LoadedModel };
  unload: { given: Named; result: Unloaded };
  ps: { given: Nothing; result: Processes };
  add: { given: AddPath; result: Added };
  remove: { given: Named; result: Removed };
  create: { given: CreateFromText | CreateFromModel; result: MadeAssistant };
  copy: { given: CopyAssistant; result: ShownAssistant };
  pull: { given: PullReference; result: Pulled };
  setup: { given: Nothing; result: Setup };
  embed: { given: EmbedTexts; result: Embedded };
  list_labels: { given: Nothing; result: Labels };
  label_of: { given: OfPath; result: LabelledPath };
  declare_label: { given: DeclareLabel; result: LabelledPath };
  forget_label: { given: OfPath; result: LabelledPath };
  project: { given: OfFolder; result: Project };
  set_project: { given: SetProject; result: Project };
  forget_project: { given: OfFolder; result: Project };
  settings: { given: Nothing; result: FileSettings };
  change_setting: { given: ChangeSetting; result: FileSettings };
  savings: { given: OfMonth; result: Savings };
  prices: { given: Nothing; result: Prices };
  check_rules: { given: CheckRules; result: CheckedRules };
  try_rules: { given: TryRules; result: TriedRules };
  doctor: { given: Nothing; result: Doctor };
  prove: { given: Prove; result: Proof };
}
