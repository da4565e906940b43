/** The frame in each of its states: ?perimeter=home|away|airplane, &notice=undo|error, &dir=rtl. It does not ship. */

import { mount } from "svelte";
import "../src/style/tokens.css";
import "../src/style/base.css";
import "../src/style/controls.css";
import "../src/style/prose.css";
import { notices } from "../src/shell/notices.svelte";
import { perimeter, type Perimeter } from "../src/shell/perimeter.svelte";
import { theme } from "../src/shell/theme.svelte";
import Frame from "./Frame.svelte";

const STATES: Readonly<Record<string, Perimeter>> = {
  home: { kind: "home" },
  away: { kind: "away", provider: "Anthropic" },
  airplane: { kind: "airplane" },
};

const asked = new URLSearchParams(location.search);
perimeter.now = STATES[asked.get("perimeter") ?? ""] ?? { kind: "unknown" };
document.documentElement.dir = asked.get("dir") ?? "ltr";
theme.apply();
const target = document.getElementById("app");
if (target !== null) mount(Frame, { target });
if (asked.get("notice") === "undo") notices.offerUndo("Chat deleted.", "Undo", () => notices.say("It is back."));
if (asked.get("notice") === "error") {
  notices.fail({ sentence: "The prompt is 40 tokens longer than the context.", hint: "Shorten it, or ask for more room." });
}
