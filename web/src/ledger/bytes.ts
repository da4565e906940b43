/** Exact bytes as people can look at them, and whether their hash is the one that was written down. */

export interface ShownBytes {
  readonly bytes: number;
  readonly text: string;
  readonly isText: boolean;
  readonly sha256: string;
}

const MOST_HEX = 4096;

export async function shownBytes(base64: string): Promise<ShownBytes> {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const sha256 = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)), "");
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { bytes: bytes.length, text, isText: true, sha256 };
  } catch {
    const cut = bytes.length > MOST_HEX ? " …" : "";
    return { bytes: bytes.length, text: hex(bytes.subarray(0, MOST_HEX), " ") + cut, isText: false, sha256 };
  }
}

function hex(bytes: Uint8Array, between: string): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(between);
}
