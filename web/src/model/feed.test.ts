import { describe, expect, test } from "vitest";
import { type Change, type Entry, latest, ratesUntil, withChanges, withCount } from "./feed";

interface Row {
  trace_id: string;
}

const change = (traceId: string, atMs: number, what: Change["what"] = "traces"): Change => ({
  traceId,
  atMs,
  what,
  seq: String(atMs),
});
const ids = (feed: readonly Entry<Row>[]) => feed.map(({ traceId }) => traceId);

describe("the feed", () => {
  test("has the newest on top and only what the filter let pass", () => {
    const changes = [change("a", 1), change("b", 2), change("c", 3)];
    const feed = withChanges<Row>([], changes, [{ trace_id: "a" }, { trace_id: "c" }]);

    expect(ids(feed)).toEqual(["c", "a"]);
  });

  test("keeps a bounded number of entries, the newest", () => {
    let feed: Entry<Row>[] = [];
    for (let at = 0; at < 30; at += 1) {
      const changes = Array.from({ length: 50 }, (_, n) => change(`${at}-${n}`, at));
      const rows = changes.map(({ traceId }) => ({ trace_id: traceId }));
      feed = withChanges(feed, changes, rows);
    }

    expect(feed).toHaveLength(1000);
    expect(feed[0]?.traceId).toBe("29-49");
  });

  test("does not tell twice what is sent again after a reconnect", () => {
    const rows = [{ trace_id: "a" }];
    const once = withChanges([], [change("a", 1)], rows);

    expect(ids(withChanges(once, [change("a", 1), change("a", 2)], rows))).toEqual(["a", "a"]);
  });

  test("tells of a trace once where several things happened to it at once", () => {
    const told = latest([change("a", 1), change("b", 1), change("a", 2, "finished")]);

    expect(told.map(({ traceId, what }) => `${traceId} ${what}`)).toEqual([
      "b traces",
      "a finished",
    ]);
  });
});

describe("the rate", () => {
  test("is counted by the second", () => {
    const rates = withCount(withCount(new Map(), 5_100, 2), 5_900, 3);

    expect(ratesUntil(rates, 7_000).slice(-3)).toEqual([5, 0, 0]);
  });

  test("forgets seconds that have left the window", () => {
    const rates = withCount(withCount(new Map(), 0, 1), 500_000, 1);

    expect(rates.size).toBe(1);
    expect(ratesUntil(rates, 500_000)).toHaveLength(120);
  });
});
