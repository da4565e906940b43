import { expect, test } from "vitest";
import { matching } from "./matching";

const named = (...titles: string[]) => titles.map((title) => ({ title }));
const titles = (found: readonly { readonly title: string }[]) => found.map(({ title }) => title);

test("nothing typed is everything in its order", () => {
  expect(titles(matching(named("b", "a"), "  "))).toEqual(["b", "a"]);
});

test("a beginning goes before a word inside, and that before letters inside", () => {
  const found = matching(named("remodel", "Ask a model", "Models", "Chat"), "mod");
  expect(titles(found)).toEqual(["Models", "Ask a model", "remodel"]);
});

test("every word must be found, in any order, without accents and in any case", () => {
  expect(titles(matching(named("Café in Zürich", "Café in Bern"), "zurich CAFE"))).toEqual(["Café in Zürich"]);
});

test("letters that were left out are forgiven, and letters in another order are not", () => {
  expect(titles(matching(named("smollm2:135m"), "smlm"))).toEqual(["smollm2:135m"]);
  expect(titles(matching(named("smollm2:135m"), "mlms"))).toEqual([]);
});

test("other words find an entry too, after those whose title has the word", () => {
  const found = matching([{ title: "What left", also: "ledger" }, { title: "Check the ledger" }], "ledger");
  expect(titles(found)).toEqual(["Check the ledger", "What left"]);
});
