/** A message cut into passages that can be kept here one by one: sentences, and lines where there are none. */

const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

/** Return the passages in their order, each exactly as it stands in the text, once. */
export function passagesOf(text: string): readonly string[] {
  const lines = text.split(/\n+/);
  const found = lines.flatMap((line) => Array.from(segmenter.segment(line), ({ segment }) => segment.trim()));
  return [...new Set(found.filter((passage) => passage !== ""))];
}
