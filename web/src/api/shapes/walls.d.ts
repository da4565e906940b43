/** Written by `python tests/server/typescript_shapes.py` from the verbs' shapes; a test compares them. */

import type { Probe, SealReport, StoreProblem } from "./nouns";

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

export interface EngineReport extends SealReport {
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
