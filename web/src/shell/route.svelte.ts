/** Which screen is shown, kept behind the # of the address: it never reaches a server, and Back works. */

export const SCREENS = ["chat", "models", "projects", "compare", "ledger", "settings"] as const;

export type ScreenName = (typeof SCREENS)[number];

export interface Place {
  readonly screen: ScreenName;
  /** Which one of that screen: a conversation's id, for example; empty for none. */
  readonly item: string;
}

/** Read a place out of the part of an address after #; what is not known is the chat. */
export function placeOf(hash: string): Place {
  const [name = "", item = ""] = hash.replace(/^#\/?/, "").split("/", 2);
  const screen = SCREENS.find((known) => known === name) ?? "chat";
  try {
    return { screen, item: decodeURIComponent(item) };
  } catch {
    return { screen, item: "" };
  }
}

/** Write a place as the address of a link. */
export function hrefOf(screen: ScreenName, item = ""): string {
  return item ? `#/${screen}/${encodeURIComponent(item)}` : `#/${screen}`;
}

class Route {
  now = $state.raw<Place>(placeOf(location.hash));

  /** Follow the address; returns what ends it. */
  follow(): () => void {
    const look = (): void => {
      this.now = placeOf(location.hash);
    };
    addEventListener("hashchange", look);
    return () => removeEventListener("hashchange", look);
  }

  go(screen: ScreenName, item = ""): void {
    location.hash = hrefOf(screen, item);
  }

  /** Change the address of the same place: Back does not lead to what it was before. */
  replace(screen: ScreenName, item = ""): void {
    history.replaceState(history.state, "", hrefOf(screen, item));
    this.now = placeOf(location.hash);
  }
}

export const route = new Route();
