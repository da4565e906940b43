import fc from "fast-check";
import { expect, test } from "vitest";
import { EventStreamReader, type StreamEvent } from "./event_stream";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function readAll(stream: Uint8Array, cuts: readonly number[]): readonly StreamEvent[] {
  const reader = new EventStreamReader();
  const edges = [0, ...[...cuts].sort((one, other) => one - other), stream.length];
  return edges.slice(1).flatMap((end, n) => reader.read(stream.slice(edges[n], end)));
}

const STREAM = 'id: 1\ndata: {"text":"wörld 😀"}\n\n: here\n\nid: 2\r\ndata: a\r\ndata: b\r\n\r\nretry: 5\nid:3\rdata:汉字\r\r';
const EVENTS = [
  { id: "1", data: '{"text":"wörld 😀"}' },
  { id: "2", data: "a\nb" },
  { id: "3", data: "汉字" },
];

test("events come out whole wherever the bytes are cut, inside characters too", () => {
  const stream = bytes(`${STREAM}\n`);
  fc.assert(
    fc.property(fc.array(fc.nat({ max: stream.length }), { maxLength: 40 }), (cuts) => {
      expect(readAll(stream, cuts)).toEqual(EVENTS);
    }),
  );
  expect(readAll(stream, Array.from(stream.keys()))).toEqual(EVENTS);
});

test("an event without its empty line has not come yet", () => {
  expect(readAll(bytes("id: 1\ndata: x\n"), [])).toEqual([]);
});
