import { expect, test } from "vitest";
import { type Flow, stationsOf } from "./pipeline";

const CALM: Flow = {
  senders: [{}],
  lastRequestMs: 58_000,
  journal: { entries: 0, bytes: 0, oldest_age_s: null, bound_bytes: 2e9 },
  writer: { trouble: "", lag_s: 0 },
  engine: { state: "ok", version: "26.9.1" },
  waiting: 0,
};

function station(flow: Flow, name: string) {
  return stationsOf(flow, 60_000).find((each) => each.name === name);
}

test("a server at rest is well at every station", () => {
  const stations = stationsOf(CALM, 60_000);

  expect(stations.map(({ name }) => name)).toEqual(["Senders", "Journal", "Engine", "Lists"]);
  expect(new Set(stations.map(({ health }) => health))).toEqual(new Set(["ok"]));
  expect(station(CALM, "Senders")).toMatchObject({ note: "last request 2 s ago" });
  expect(station(CALM, "Journal")).toMatchObject({ depth: "empty", note: "room for 2 GB" });
});

test("what waits is told with its size and its age", () => {
  const journal = { entries: 12, bytes: 1_240_000, oldest_age_s: 0.4, bound_bytes: 2e9 };
  const busy = { ...CALM, journal, waiting: 3000, writer: { trouble: "", lag_s: 0.4 } };

  expect(station(busy, "Journal")).toMatchObject({
    health: "ok",
    depth: "12 requests, 1.2 MB",
    note: "oldest 400 ms",
  });
  expect(station(busy, "Lists")).toMatchObject({ depth: "3,000 to come", note: "400 ms behind" });
});

test.each([
  ["an old entry", { entries: 1, bytes: 100, oldest_age_s: 11, bound_bytes: 2e9 }, "warn"],
  ["little room", { entries: 9, bytes: 1.7e9, oldest_age_s: 1, bound_bytes: 2e9 }, "warn"],
  ["no room", { entries: 9, bytes: 2.1e9, oldest_age_s: 1, bound_bytes: 2e9 }, "error"],
])("a journal with %s says so", (_, journal, health) => {
  expect(station({ ...CALM, journal }, "Journal")?.health).toBe(health);
});

test("what troubles the writer stands at the engine", () => {
  const failing = { ...CALM, writer: { trouble: "the engine refuses inserts", lag_s: 4 } };

  expect(station(failing, "Engine")).toMatchObject({
    health: "error",
    note: "the engine refuses inserts",
  });
});
