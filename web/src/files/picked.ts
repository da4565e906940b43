/** Files as a browser hands them over: dropped, pasted or picked. */

import { AspenError } from "../api/errors";
import { words } from "../words/words";

export type PickedFile = Pick<File, "name" | "size" | "type"> & Blob;

/** A pasted text of this length is a file rather than a question. */
const LONG_TEXT_LETTERS = 4000;
const PICTURE_TYPES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

/** Return the bytes of a file as base64. */
export function base64Of(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const told = typeof reader.result === "string" ? reader.result : "";
      resolve(told.slice(told.indexOf(",") + 1));
    };
    reader.onerror = () => reject(reader.error ?? new Error("unreadable"));
    reader.readAsDataURL(file);
  });
}

/** Return an address under which this page can draw a picture; empty for anything else. */
export function pictureOf(file: PickedFile): string {
  return PICTURE_TYPES.has(file.type) ? URL.createObjectURL(file) : "";
}

/** What a browser would send in vain. */
export function tooLarge(name: string): AspenError {
  return new AspenError({ code: "does_not_fit", sentence: words.files.tooLarge(name), hint: "", retryable: false, facts: {} });
}

export function isLongText(text: string): boolean {
  return text.length > LONG_TEXT_LETTERS;
}

export function fileOfText(text: string): File {
  return new File([text], `${words.files.pastedText}.txt`, { type: "text/plain" });
}

/** A picture from the clipboard has a name that nobody gave it. */
export function pastedFiles(files: FileList): readonly File[] {
  return [...files].map((file) => {
    const isNameless = /^image\.\w+$/.test(file.name);
    const suffix = file.name.slice(file.name.lastIndexOf("."));
    return isNameless ? new File([file], `${words.files.pastedPicture}${suffix}`, { type: file.type }) : file;
  });
}

/** What was dropped: files, and the names of folders, of which a browser gives no paths. */
export function droppedFiles(dropped: DataTransfer): { readonly files: readonly File[]; readonly folders: readonly string[] } {
  const files: File[] = [];
  const folders: string[] = [];
  for (const item of dropped.items) {
    const file = item.kind === "file" ? item.getAsFile() : null;
    if (file === null) continue;
    if (item.webkitGetAsEntry()?.isDirectory) folders.push(file.name);
    else files.push(file);
  }
  return { files, folders };
}
