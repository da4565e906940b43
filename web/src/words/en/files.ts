/** Files that go along with a question, and the passages that an answer cites. */

import { counted, number, size } from "../amounts";

const PAGES = { one: "page", other: "pages" };
const ROWS = { one: "row", other: "rows" };
const LINES = { one: "line", other: "lines" };
const WORDS = { one: "word", other: "words" };
const FILES = { one: "file", other: "files" };
const PASSAGES = { one: "passage", other: "passages" };

const list = new Intl.ListFormat("en", { type: "conjunction" });

export const files = {
  attach: "Add files",
  attached: "Files that go along",
  choose: "Choose files",
  chooseMeans: "Text, code, Markdown, PDF, DOCX, CSV, pictures",
  byPath: "A file or folder by its path",
  byPathMeans: "It is read anew for each question, and keeps its label.",
  path: "Path",
  pathExample: "~/Documents/contract.pdf",
  addPath: "Add",
  drop: "Drop to add",
  dropMeans: "Files are read on this computer.",
  folderDropped: (name: string): string => `${name} is a folder. Add it by its path: the button with the paper clip.`,

  kinds: {
    text: "Text",
    markdown: "Markdown",
    python: "Python",
    code: "Code",
    csv: "Table",
    pdf: "PDF",
    docx: "Word document",
    picture: "Picture",
    folder: "Folder",
  } as Readonly<Record<string, string>>,
  reading: "Reading",
  pages: (count: number): string => counted(count, PAGES),
  rows: (count: number): string => counted(count, ROWS),
  lines: (count: number): string => counted(count, LINES),
  words: (count: number): string => counted(count, WORDS),
  files: (count: number): string => counted(count, FILES),
  passages: (count: number): string => counted(count, PASSAGES),
  pixels: (width: number, height: number): string => `${number(width)} × ${number(height)}`,
  size,
  inPassages: "in passages",
  wasRead: (name: string, what: string): string => `${name} was read: ${what}.`,
  remove: (name: string): string => `Leave out ${name}`,
  removeFailed: "Leave out",
  removed: (name: string): string => `Left out: ${name}`,
  undo: "Undo",
  tooLarge: (name: string): string => `${name} is larger than 32 MiB. Add it by its path, or a part of it.`,
  unreadable: (name: string): string => `${name} could not be opened by the browser.`,
  pastedPicture: "Pasted picture",
  pastedText: "Pasted text",
  textBecameFile: "The long text became a file.",
  putIntoBox: "Put it into the box",

  onlyPassages: (names: readonly string[]): string =>
    `${list.format(names)} ${names.length === 1 ? "is" : "are"} too long to go whole. The passages that fit your question will be read.`,
  cannotSee: (model: string): string => (model === "" ? "No model here can see pictures." : `${model} cannot see pictures.`),
  askInstead: (model: string): string => `Ask ${model}`,
  seeModels: "See the models",
  leavePictures: (count: number): string => (count === 1 ? "Leave out the picture" : "Leave out the pictures"),

  picture: (name: string): string => `Picture: ${name}`,
  citation: (words: string): string => `Open the passage: ${words}`,
  sources: "Cited passages",
  passage: "Passage",
  closePassage: "Close",
  openingPassage: "Opening the passage",
  asItWasRead: "As it was read for this question.",
};
