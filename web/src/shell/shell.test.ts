import { afterEach, expect, test, vi } from "vitest";
import { notices } from "./notices.svelte";
import { hrefOf, placeOf } from "./route.svelte";
import { actionOf, shortcuts, written } from "./shortcuts.svelte";

const press = (key: string, held: Partial<KeyboardEvent> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  isComposing: false,
  ...held,
});

afterEach(() => {
  vi.useRealTimers();
  for (const notice of notices.shown) notices.dismiss(notice.id);
});

test("keys call their action on every system, and only with exactly what is held", () => {
  expect(actionOf(press("k", { ctrlKey: true }), false)).toBe("palette");
  expect(actionOf(press("k", { metaKey: true }), true)).toBe("palette");
  expect(actionOf(press("k", { ctrlKey: true }), true)).toBeNull();
  expect(actionOf(press("O", { ctrlKey: true, shiftKey: true }), false)).toBe("newChat");
  expect(actionOf(press(":", { ctrlKey: true, shiftKey: true }), false)).toBe("copyCode");
  expect(actionOf(press("k"), false)).toBeNull();
  expect(actionOf(press("k", { ctrlKey: true, altKey: true }), false)).toBeNull();
  expect(actionOf(press("Escape", { isComposing: true }), false)).toBeNull();
});

test("keys are written as the system writes them", () => {
  expect(written({ mod: true, shift: true, key: "o" }, false)).toBe("Ctrl+Shift+O");
  expect(written({ mod: true, shift: true, key: "o" }, true)).toBe("⌘⇧O");
  expect(written({ key: "escape" }, false)).toBe("Esc");
});

test("a key that nobody offers anything for is left to the browser, and a newer offer covers an older one", () => {
  const called: string[] = [];
  const event = () => new KeyboardEvent("keydown", { key: "f", ctrlKey: true, cancelable: true });
  const untouched = event();
  shortcuts.press(untouched);
  expect(untouched.defaultPrevented).toBe(false);
  const endOld = shortcuts.offer("find", () => called.push("old"));
  const endNew = shortcuts.offer("find", () => called.push("new"));
  const taken = event();
  shortcuts.press(taken);
  endNew();
  shortcuts.press(event());
  endOld();
  shortcuts.press(event());
  expect(taken.defaultPrevented).toBe(true);
  expect(called).toEqual(["new", "old"]);
});

test("a place is written and read back, and what is not known is the chat", () => {
  expect(placeOf(hrefOf("chat", "a/b ü"))).toEqual({ screen: "chat", item: "a/b ü" });
  expect(placeOf("#/models")).toEqual({ screen: "models", item: "" });
  expect(placeOf("#/nonsense/x")).toEqual({ screen: "chat", item: "x" });
  expect(placeOf("#/chat/%E0%A4%A")).toEqual({ screen: "chat", item: "" });
});

test("a notice goes by itself, one that is pointed at stays, and an error stays until it is dismissed", () => {
  vi.useFakeTimers();
  notices.say("Renamed.");
  notices.fail({ sentence: "No room.", hint: "" });
  notices.hold(notices.shown[0]?.id ?? 0);
  vi.advanceTimersByTime(60_000);
  expect(notices.shown.map((notice) => notice.sentence)).toEqual(["Renamed.", "No room."]);
  notices.release(notices.shown[0]?.id ?? 0);
  vi.advanceTimersByTime(60_000);
  expect(notices.shown.map((notice) => notice.sentence)).toEqual(["No room."]);
});

test("an undo runs once and takes its notice away", () => {
  let undone = 0;
  notices.offerUndo("Chat deleted.", "Undo", () => (undone += 1));
  const [notice] = notices.shown;
  if (notice) notices.act(notice);
  expect([undone, notices.shown.length]).toEqual([1, 0]);
});
