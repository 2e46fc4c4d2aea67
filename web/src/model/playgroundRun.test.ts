import { describe, expect, it } from "vitest";
import { eventReader } from "./eventStream";
import { byTarget, NOTHING_RUN, NOTHING_SAID, outputText, runHeard } from "./playgroundRun";

const WIRE = [
  'event: text\nid: 1\ndata: {"call":1,"text":"Ro"}\n\n',
  'event: text\nid: 2\ndata: {"call":2,"text":"Par"}\n\n',
  'event: text\nid: 3\ndata: {"call":1,"text":"me"}\n\n',
  'event: tool_call\nid: 4\ndata: {"call":2,"tool_call":{"id":"t","name":"find","arguments":"{}"}}\n\n',
  'event: done\nid: 5\ndata: {"call":1,"status":"ok","text":"Rome.","finish_reason":"stop","duration_ns":5,"first_token_ns":2,"tool_calls":[],"error":"","reasoning":""}\n\n',
  "event: finished\nid: 6\ndata: {}\n\n",
];

describe("a run", () => {
  it("is the texts of its calls, each by its own events", () => {
    const run = runHeard(NOTHING_RUN, eventReader(null)(WIRE.slice(0, 4).join("")));

    expect(run.calls.get(1)?.text).toBe("Rome");
    expect(run.calls.get(2)).toMatchObject({ text: "Par", status: "answering" });
    expect(outputText(run.calls.get(2) ?? NOTHING_SAID)).toBe("Par\n\nfind({})");
    expect(run.isFinished).toBe(false);
  });

  it("goes on after a break, and ends with what each call has become", () => {
    const first = runHeard(NOTHING_RUN, eventReader(null)(WIRE.slice(0, 2).join("")));
    const run = runHeard(first, eventReader(first.after)(WIRE.slice(2).join("")));

    expect(run.calls.get(1)).toMatchObject({ text: "Rome.", status: "ok", duration_ns: 5 });
    expect(run).toMatchObject({ isFinished: true, after: "6" });
  });

  it("stands in a column for each model", () => {
    const calls = [1, 2, 3].map((number) => ({
      number,
      provider: "p",
      model: number === 2 ? "b" : "a",
    }));

    expect(byTarget(calls).map((one) => one.map(({ number }) => number))).toEqual([[1, 3], [2]]);
  });
});
