// Runs in the measured pages: frames in which the conversation changed, long tasks, the time to see a text.
(() => {
  const frames = [];
  let updates = 0, began = 0, ended = 0, longMs = 0, last = 0;
  const seen = (log) => {
    let changed = false;
    const note = () => { changed = true; };
    new MutationObserver(note).observe(log, { childList: true, subtree: true, characterData: true });
    new PerformanceObserver((list) => {
      if (began) for (const entry of list.getEntries()) longMs += entry.duration;
    }).observe({ type: "longtask" });
    const frame = (now) => {
      if (changed) {
        changed = false;
        updates += 1;
        began ||= now;
        ended = now;
      }
      if (began) frames.push({ at: now, took: now - last });
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  };
  const of = (name) => performance.getEntriesByType(name);
  globalThis.measured = {
    openedMs: 0,
    hasBegun: () => began > 0,
    watch: () => seen(document.querySelector("[role=log]")),
    drawing: () => {
      const took = frames.filter(({ at }) => at <= ended).map((each) => each.took).sort((one, other) => one - other);
      const p95Ms = took[Math.floor(took.length * 0.95)];
      return { updatesPerSecond: updates / ((ended - began) / 1000), p95Ms, worstMs: took.at(-1), longMs };
    },
    loading: () => {
      const bytes = [...of("navigation"), ...of("resource")].reduce((sum, each) => sum + each.encodedBodySize, 0);
      return { bytes, paintMs: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Infinity };
    },
    // Measured from the press of the pointer, as a person feels it, until the frame after the text stands in the page.
    awaitText: (text) => {
      const log = document.querySelector("[role=log]");
      let began = 0;
      measured.openedMs = 0;
      addEventListener("pointerdown", () => { began = performance.now(); }, { once: true, capture: true });
      const look = new MutationObserver(() => {
        if (!began || !log.textContent.includes(text)) return;
        look.disconnect();
        requestAnimationFrame(() => setTimeout(() => { measured.openedMs = performance.now() - began; }));
      });
      look.observe(log, { childList: true, subtree: true, characterData: true });
    },
  };
})();
