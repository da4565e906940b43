/** Every sentence that the page shows, in English. Another language is another object of the same type. */

import { api } from "./en/api";
import { chat } from "./en/chat";
import { markdown } from "./en/markdown";
import { shell } from "./en/shell";

export const en = { api, chat, markdown, shell };
