/** Which settings have to do with what is typed. */

import { words } from "../words/words";

const said = words.settings;

export const SETTINGS = {
  appearance: {
    theme: [said.appearance.theme, said.appearance.themeNote, ...Object.values(words.shell.themes)],
    text: [said.appearance.text, said.appearance.textNote, ...Object.values(said.appearance.sizes)],
    motion: [said.appearance.motion, said.appearance.motionNote, ...Object.values(said.appearance.motions)],
  },
  walls: {
    core: [said.walls.core, said.walls.coreNote],
    engine: [said.walls.engine, said.walls.engineNote],
    least: [said.walls.least, said.walls.leastNote],
    prove: [said.walls.prove, said.walls.proveNote],
  },
  kept: {
    remembered: [said.kept.remembered, said.kept.encrypted, said.kept.plain, said.kept.plainNote],
    models: [said.kept.models],
    ledger: [said.kept.ledger, said.kept.ledgerNote],
    config: [said.kept.config],
    log: [said.kept.log, said.kept.logNote],
    cache: [said.kept.cache, said.kept.cacheNote],
  },
  answering: {
    model: [said.answering.model, said.answering.modelNote, "default_model"],
    context: [said.answering.context, said.answering.contextNote, "context_tokens"],
  },
  times: {
    engine: [said.times.engine, "engine_idle_unload_seconds"],
    service: [said.times.service, "idle_exit_seconds"],
  },
  about: { version: [said.about.version], computer: [said.about.computer] },
} as const;

export type GroupName = keyof typeof SETTINGS;

/** Return `group` and `group.setting` of each setting that every typed word is found in; a group's own title counts. */
export function seenSettings(typed: string): ReadonlySet<string> {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const seen = new Set<string>();
  for (const [group, settings] of Object.entries(SETTINGS)) {
    for (const [name, texts] of Object.entries(settings)) {
      const all = [said[group as GroupName].title, ...texts].join(" ").toLowerCase();
      if (wanted.every((word) => all.includes(word))) seen.add(group).add(`${group}.${name}`);
    }
  }
  return seen;
}
