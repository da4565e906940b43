/** Which addresses in an answer may become links. Everything else stays text. */

export interface LinkTarget {
  readonly href: string;
  /** The server that it leads to; empty inside this page. */
  readonly host: string;
}

const OUTWARD = new Set(["http:", "https:"]);
const WITHIN_PAGE = /^#[\w\-./%]*$/;

/** Return where an address leads, or null where it must not lead anywhere. */
export function linkTarget(address: string): LinkTarget | null {
  const trimmed = address.trim();
  if (WITHIN_PAGE.test(trimmed)) return { href: trimmed, host: "" };
  const url = URL.canParse(trimmed) ? new URL(trimmed) : null;
  if (url === null || url.username || url.password) return null; // no scheme, or a name made to look like a host
  if (url.protocol === "mailto:") return { href: url.href, host: url.pathname };
  return OUTWARD.has(url.protocol) && url.host ? { href: url.href, host: url.host } : null;
}

/** Return the server of a picture's address, for people; empty where it names none. */
export function pictureHost(address: string): string {
  const absolute = address.trim().startsWith("//") ? `https:${address.trim()}` : address.trim();
  return URL.canParse(absolute) ? new URL(absolute).host : "";
}
