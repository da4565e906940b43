/** Written by `python tests/server/typescript_shapes.py` from the verbs' shapes; a test compares them. */

import type { Answer, Ask, Preview } from "./shapes/answers";
import type {
  CopyAssistant,
  CreateFromModel,
  CreateFromText,
  MadeAssistant,
  ShownAssistant,
} from "./shapes/assistants";
import type {
  Conversation,
  Conversations,
  DeleteChat,
  ExportText,
  ExportedText,
  InWords,
  LabelChat,
  ListConversations,
  OfConversation,
  OpenConversation,
  OpenedConversation,
  PinChat,
  Rename,
  Search,
  SearchHits,
} from "./shapes/conversations";
import type {
  AwaitingApprovalEvent,
  PassagesEvent,
  PlanEvent,
  ProgressEvent,
  RefusalEvent,
  RememberedEvent,
  RouteEvent,
  SentEvent,
  SentenceEvent,
  StoppedEvent,
  TextEvent,
  ThinkingEvent,
  ToolCallEvent,
} from "./shapes/events";
import type {
  Ahead,
  AttachFile,
  AttachPath,
  DetachFile,
  Detached,
  LookAhead,
  NewlyAttached,
  OpenPassage,
  Passage,
  PictureOfTurn,
  PictureWaiting,
  ShownPicture,
} from "./shapes/files";
import type {
  AddPath,
  Added,
  Catalogue,
  EmbedTexts,
  Embedded,
  LoadedModel,
  Models,
  Processes,
  PullReference,
  Pulled,
  Removed,
  Setup,
  ShownModel,
  Unloaded,
} from "./shapes/models";
import type { Named, Nothing } from "./shapes/nouns";
import type {
  DeclareLabel,
  LabelledPath,
  Labels,
  OfFolder,
  OfPath,
  Project,
  SetProject,
} from "./shapes/places";
import type {
  ChangeSetting,
  CheckRules,
  CheckedRules,
  FileSettings,
  OfMonth,
  Prices,
  Savings,
  TriedRules,
  TryRules,
} from "./shapes/settings";
import type {
  ChooseBranch,
  Draft,
  KeepDraft,
  KeepHere,
  KeptOfTurn,
  LetLeave,
  OfTurn,
  View,
  ViewConversation,
} from "./shapes/turns";
import type { Doctor, Proof, Prove } from "./shapes/walls";

export type * from "./shapes/answers";
export type * from "./shapes/assistants";
export type * from "./shapes/conversations";
export type * from "./shapes/events";
export type * from "./shapes/files";
export type * from "./shapes/models";
export type * from "./shapes/nouns";
export type * from "./shapes/places";
export type * from "./shapes/settings";
export type * from "./shapes/turns";
export type * from "./shapes/walls";

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
