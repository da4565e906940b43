import { describe, expect, it } from "vitest";
import { nameOf } from "./saving_chats";

describe("the name of a saved chat", () => {
  it("keeps letters of every language and leaves out what a system reads otherwise", () => {
    expect(nameOf("Über: Äpfel / 山?")).toBe("Über Äpfel 山");
    expect(nameOf("../../etc/passwd")).toBe("etc passwd");
    expect(nameOf("-rf *")).toBe("rf");
  });

  it("is never empty and never long", () => {
    expect(nameOf("???")).toBe("New chat");
    expect(nameOf("a".repeat(300)).length).toBeLessThanOrEqual(60);
  });
});
