/** What the buttons under a trouble do. */

import { attachments } from "../files/attachments.svelte";
import { route } from "../shell/route.svelte";
import { chat } from "./chat.svelte";
import { draft, NEW } from "./draft.svelte";
import type { Mend, Trouble } from "./trouble";

/** Do what a button promises. */
export function mend(kind: Mend, trouble: Trouble): void {
  switch (kind) {
    case "askAgain":
      return chat.askAgain();
    case "answerHere":
      return chat.askAgain("local");
    case "letLeave":
      return void chat.letLeaveAndAskAgain();
    case "edit":
      attachments.putBack(chat.unanswered);
      return draft.begin(trouble.question);
    case "chooseModel":
      document.querySelector<HTMLElement>(".composer .picker")?.click();
      return;
    case "openModels":
      return route.go("models");
    case "openSettings":
      return route.go("settings");
    case "newChat": {
      const files = chat.unanswered;
      route.go("chat");
      void attachments.enter(NEW);
      attachments.putBack(files);
      return draft.begin(trouble.question);
    }
  }
}
