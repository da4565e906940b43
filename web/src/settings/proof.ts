/** What a proof found, as lines for people: who, what was tried, whether it held. */

import type { Proof, SealReport } from "../api/shapes";
import { words } from "../words/words";

export interface ProofLine {
  readonly who: string;
  readonly told: string;
  readonly holds: boolean;
  readonly probes: readonly { readonly name: string; readonly outcome: string; readonly holds: boolean }[];
}

const said = words.settings.walls;

export function linesOf(proof: Proof): readonly ProofLine[] {
  return [
    lineOf(said.whoCore, proof.core),
    ...proof.engines.map((engine) => lineOf(said.whoEngine(engine.name), engine)),
    ...proof.readers.map((reader) => lineOf(said.whoReader(reader.name), reader)),
    ...(proof.trial === null ? [] : [lineOf(said.whoTrial, proof.trial)]),
    canaryLine(proof.canary),
    ...proof.problems.map((problem) => ({ who: problem.sentence, told: problem.hint, holds: false, probes: [] })),
  ];
}

function lineOf(who: string, seal: Pick<SealReport, "probes">): ProofLine {
  const tried = seal.probes.filter((probe) => probe.must_be_open !== true);
  const open = tried.filter((probe) => !probe.blocked).map((probe) => probe.name);
  const blocked = said.blocked(tried.length - open.length, tried.length);
  const probes = seal.probes.map((probe) => ({
    name: probe.name,
    outcome: probe.must_be_open === true ? said.mustBeOpen : `${probe.blocked ? said.refused : said.wentThrough} (${probe.detail})`,
    holds: probe.blocked || probe.must_be_open === true,
  }));
  return { who, told: open.length === 0 ? blocked : said.open(open), holds: open.length === 0, probes };
}

function canaryLine(canary: Proof["canary"]): ProofLine {
  const holds = canary.left.length === 0;
  const told = holds ? said.canaryTold(canary.routings, canary.sends, canary.forgeries) : said.canaryLeft(canary.left.length);
  return { who: said.canary, told, holds, probes: [] };
}
