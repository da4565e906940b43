/** The proof that stands in the settings, begun from elsewhere. It is fetched only when somebody wants it. */

import { route } from "../shell/route.svelte";

export function prove(): void {
  route.go("settings");
  void import("../settings/machine.svelte").then(({ proving }) => proving.prove());
}
