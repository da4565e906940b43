/** The picture of each word for where a chat may go. */

import DoorOpen from "@lucide/svelte/icons/door-open";
import Eye from "@lucide/svelte/icons/eye";
import House from "@lucide/svelte/icons/house";
import Server from "@lucide/svelte/icons/server";

export const WORD_ICONS = { "stays-here": House, "my-servers": Server, ask: Eye, "may-leave": DoorOpen };
