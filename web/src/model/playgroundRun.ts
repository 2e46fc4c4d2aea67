/** A run of the playground while its answers come. */

import type { ServerEvent } from "./eventStream";

interface ToolCall {
  id: string;
  name: string;
  arguments: string;
}

type Status = "answering" | "ok" | "stopped" | "error" | "interrupted";

/** What one call has given so far. */
interface CallText {
  status: Status;
  text: string;
  reasoning: string;
  error: string;
  tool_calls: readonly ToolCall[];
  finish_reason: string;
  duration_ns: number | null;
  first_token_ns: number | null;
}

export interface RunText {
  calls: ReadonlyMap<number, CallText>;
  isFinished: boolean;
  /** The id of the last event. */
  after: string;
}

export const NOTHING_RUN: RunText = { calls: new Map(), isFinished: false, after: "" };

export const NOTHING_SAID: CallText = {
  status: "answering",
  text: "",
  reasoning: "",
  error: "",
  tool_calls: [],
  finish_reason: "",
  duration_ns: null,
  first_token_ns: null,
};

type Told = { call: number; tool_call: ToolCall } & CallText;

/** What has been heard when these have come as well. */
export function runHeard(before: RunText, events: readonly ServerEvent[]): RunText {
  const calls = new Map(before.calls);
  let { isFinished, after } = before;
  for (const { name, data, lastId } of events) {
    after = lastId ?? after;
    if (name === "finished") isFinished = true;
    else if (NAMES.includes(name)) {
      const told = JSON.parse(data) as Told;
      calls.set(told.call, withEvent(calls.get(told.call) ?? NOTHING_SAID, name, told));
    }
  }
  return { calls, isFinished, after };
}

const NAMES: readonly string[] = ["text", "reasoning", "tool_call", "done"];

function withEvent(before: CallText, name: string, told: Told): CallText {
  switch (name) {
    case "text":
      return { ...before, text: before.text + told.text };
    case "reasoning":
      return { ...before, reasoning: before.reasoning + told.text };
    case "tool_call":
      return { ...before, tool_calls: [...before.tool_calls, told.tool_call] };
    default:
      return { ...NOTHING_SAID, ...told };
  }
}

/** An output as one text to read and compare: what was said, then the tools that were called. */
export function outputText({ text, tool_calls: calls }: CallText): string {
  const called = calls.map(({ name, arguments: given }) => `${name}(${given})`);
  return [text, ...called].filter((part) => part !== "").join("\n\n");
}

interface Target {
  provider: string;
  model: string;
}

/** The calls of each model, in the order in which the models were asked. */
export function byTarget<Call extends Target>(calls: readonly Call[]): Call[][] {
  const columns = new Map<string, Call[]>();
  for (const call of calls) {
    const name = `${call.provider}/${call.model}`;
    columns.set(name, [...(columns.get(name) ?? []), call]);
  }
  return [...columns.values()];
}
