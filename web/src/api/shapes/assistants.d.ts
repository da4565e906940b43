/** Written by `python tests/server/typescript_shapes.py` from the verbs' shapes; a test compares them. */

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

export interface MadeAssistant extends ShownAssistant {
  readonly notes: readonly string[];
}

export interface CopyAssistant {
  readonly source: string;
  readonly target: string;
}
