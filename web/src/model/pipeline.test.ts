import { expect, test } from "vitest";
import { type Flow, stationsOf } from "./pipeline";

const PUT_OFF = { put_off: 0, last_put_off: null };

const CALM: Flow = {
  senders: [{}],
  lastRequestMs: 58_000,
  journal: { entries: 0, bytes: 0, oldest_age_s: null, bound_bytes: 2e9, ...PUT_OFF },
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
  const journal = {
    entries: 12,
    bytes: 1_240_000,
    oldest_age_s: 0.4,
    bound_bytes: 2e9,
    ...PUT_OFF,
  };
  const busy = { ...CALM, journal, waiting: 3000, writer: { trouble: "", lag_s: 0.4 } };

  expect(station(busy, "Journal")).toMatchObject({
    health: "ok",
    depth: "12 requests, 1.2 MB",
    note: "oldest 400 ms",
  });
  expect(station(busy, "Lists")).toMatchObject({ depth: "3,000 to come", note: "400 ms behind" });
});

test.each([
  [
    "an old entry",
    { entries: 1, bytes: 100, oldest_age_s: 11, bound_bytes: 2e9, ...PUT_OFF },
    "warn",
  ],
  [
    "little room",
    { entries: 9, bytes: 1.7e9, oldest_age_s: 1, bound_bytes: 2e9, ...PUT_OFF },
    "warn",
  ],
  ["no room", { entries: 9, bytes: 2.1e9, oldest_age_s: 1, bound_bytes: 2e9, ...PUT_OFF }, "error"],
])("a journal with %s says so", (_, journal, health) => {
  expect(station({ ...CALM, journal }, "Journal")?.health).toBe(health);
});

test("a journal that takes nothing now says how many requests it put off", () => {
  const journal = { ...CALM.journal, put_off: 3, last_put_off: "1970-01-01T00:00:50Z" };

  expect(station({ ...CALM, journal }, "Journal")).toMatchObject({
    health: "error",
    note: "takes nothing: 3 requests put off",
  });
  const later = stationsOf({ ...CALM, journal }, 120_000)[1];
  expect(later?.health).toBe("ok");
});

test("while the engine does not answer nothing is writing and no list can be read", () => {
  const down = { ...CALM, engine: { state: "does not answer", version: "26.9.1" } };

  expect(station(down, "Engine")).toMatchObject({ health: "error", note: "not writing" });
  expect(station(down, "Lists")).toMatchObject({ health: "error", depth: "cannot be read" });
});

test("what troubles the writer stands at the engine", () => {
  const failing = { ...CALM, writer: { trouble: "the engine refuses inserts", lag_s: 4 } };

  expect(station(failing, "Engine")).toMatchObject({
    health: "error",
    note: "the engine refuses inserts",
  });
});
