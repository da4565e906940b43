/** What stands around an answer: code, tables, pictures, formulas. */

import { counted, number } from "../amounts";

export const markdown = {
  copy: "Copy",
  copied: "Copied",
  copyCode: (language: string): string => (language ? `Copy the ${language} code` : "Copy the code"),
  copyFailed: "The browser did not allow copying.",
  code: "Code",
  codeIn: (language: string): string => `Code, ${language}`,
  text: "text",
  table: "Table",
  done: "Done:",
  toDo: "To do:",
  showAllLetters: (left: number): string => `Show ${counted(left, { one: "more letter", other: "more letters" })}`,
  showAllRows: (left: number): string => `Show ${counted(left, { one: "more row", other: "more rows" })}`,
  picture: (from: string): string => `Picture from ${from} not loaded`,
  pictureHere: "Picture not loaded",
  pictureWhy: "Loading it would tell that server you are here.",
  pictureWhyHere: "Pictures in an answer are never loaded.",
  formula: "Formula",
  hiddenSign: (codePoint: number): string => `Invisible sign U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`,
  leadsTo: (host: string): string => `leads to ${host}`,
  lineCount: (lines: number): string => `${number(lines)} ${lines === 1 ? "line" : "lines"}`,
};
