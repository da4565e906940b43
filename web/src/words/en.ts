/** Every sentence that the page shows, in English. Another language is another object of the same type. */

import { api } from "./en/api";
import { chat } from "./en/chat";
import { compare } from "./en/compare";
import { files } from "./en/files";
import { ledger } from "./en/ledger";
import { markdown } from "./en/markdown";
import { models } from "./en/models";
import { palette } from "./en/palette";
import { privacy } from "./en/privacy";
import { projects } from "./en/projects";
import { reading } from "./en/reading";
import { screens } from "./en/screens";
import { settings } from "./en/settings";
import { shell } from "./en/shell";

export const en = {
  api, chat, compare, files, ledger, markdown, models,
  palette, privacy, projects, reading, screens, settings, shell,
};
