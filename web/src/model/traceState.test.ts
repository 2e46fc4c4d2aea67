import { expect, test } from "vitest";
import { formatClock } from "./format";
import { stateSentence } from "./traceState";

const SILENT_MS = Date.UTC(2026, 10, 21, 14, 2, 9);
const NOW_MS = SILENT_MS + 180_000;

function sentence(state: "open" | "finished" | "idle" | "stalled" | "crashed", openSpans = 0) {
  return stateSentence({ state, lastHeardMs: SILENT_MS, openSpans }, NOW_MS);
}

test("a crash tells when the process went silent and what it left open", () => {
  const at = formatClock(SILENT_MS);

  expect(sentence("crashed", 3)).toBe(
    `The process went silent at ${at} with 3 spans open and did not come back. What had arrived is here.`,
  );
  expect(sentence("stalled", 1)).toBe(
    `The process went silent at ${at} with 1 span open. It may still come back.`,
  );
});

test("an idle trace tells for how long nothing came", () => {
  expect(sentence("idle")).toBe("Nothing new for 3 m. Whether its process lives is not known.");
});

test("without a moment none is made up", () => {
  const known = { state: "crashed", lastHeardMs: null, openSpans: 0 } as const;

  expect(stateSentence(known, NOW_MS)).toMatch(/^The process went silent and/);
});

test("what goes its way needs no sentence", () => {
  expect([sentence("open"), sentence("finished")]).toEqual([null, null]);
});
