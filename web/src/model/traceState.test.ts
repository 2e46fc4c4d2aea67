import { expect, test } from "vitest";
import { formatClock } from "./format";
import { silenceOf, standingOf } from "./traceState";

const LAST_MS = Date.UTC(2026, 10, 21, 14, 2, 9);
const AT = formatClock(LAST_MS);

test("a trace shows how it ended once it is finished, and its state before that", () => {
  expect(standingOf({ status: "error", state: "finished" })).toBe("error");
  expect(standingOf({ status: "open", state: "stalled" })).toBe("stalled");
});

test("a crash tells when the process went silent and what it left open", () => {
  expect(silenceOf({ standing: "crashed", lastMs: LAST_MS, unended: 3 })).toBe(
    `The process went silent after ${AT} with 3 spans open and did not come back. What had arrived is here.`,
  );
  expect(silenceOf({ standing: "stalled", lastMs: LAST_MS, unended: 1 })).toBe(
    `The process went silent after ${AT} with 1 span open. It may still come back.`,
  );
});

test("an idle trace does not claim to know of its process", () => {
  expect(silenceOf({ standing: "idle", lastMs: LAST_MS, unended: 0 })).toBe(
    `Nothing came after ${AT}. Whether its process lives is not known.`,
  );
});

test("what goes its way needs no sentence", () => {
  const standings = ["open", "ok", "error", "cancelled"] as const;

  expect(standings.map((standing) => silenceOf({ standing, lastMs: LAST_MS, unended: 1 }))).toEqual(
    [null, null, null, null],
  );
});
