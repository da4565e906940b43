import { expect, test } from "vitest";
import { perimeterOf } from "./perimeter_of";

const LARGE = { name: "large", title: "Example", zone: "cloud" } as const;
const OWN = { name: "own", title: "My server", zone: "own_servers" } as const;
const OPEN = { airplane: false, connected: [{ name: "example" }] };
const ask = (word: "ask" | "stays-here" | "may-leave" | "my-servers", model: string) => perimeterOf(OPEN, { word, model }, [LARGE, OWN]);

test("a gate that has not answered is unknown, and a closed one covers everything", () => {
  expect(perimeterOf(null, { word: "stays-here", model: "local" }, [])).toEqual({ kind: "unknown" });
  expect(perimeterOf({ ...OPEN, airplane: true }, { word: "may-leave", model: "large" }, [LARGE])).toEqual({ kind: "airplane" });
});

test("where nobody is connected nothing leaves, whatever the word", () => {
  expect(perimeterOf({ airplane: false, connected: [] }, { word: "may-leave", model: "cloud" }, [])).toEqual({ kind: "home" });
});

test("the word stays here and a model of this computer keep it in", () => {
  expect([ask("stays-here", "large"), ask("may-leave", "local"), ask("may-leave", "smollm2:135m"), ask("ask", "auto")]).toEqual(
    Array.from({ length: 4 }, () => ({ kind: "home" })),
  );
});

test("whoever would be reached is named", () => {
  expect(ask("ask", "large")).toEqual({ kind: "away", provider: "Example" });
  expect(ask("may-leave", "auto")).toEqual({ kind: "away", provider: "Example, My server" });
  expect(ask("my-servers", "auto")).toEqual({ kind: "away", provider: "My server" });
  expect(ask("my-servers", "large")).toEqual({ kind: "home" });
});
