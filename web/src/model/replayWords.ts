/** What happened at a step, told to somebody who did not write the program. */

import { type ChatMessage, oneLine, parsedJson } from "./conversation";
import { counted, formatDuration, nameOr } from "./format";
import { failed, type Kind, type Status } from "./kinds";
import type { ReplayStep } from "./replay";
import type { Saying } from "./spoken";

interface ToldSpan {
  span_id: string;
  name: string;
  kind: Kind;
  status: Status;
  duration_ns: number | null;
  ttft_ns: number | null;
  tool_name: string;
  agent_name: string;
  request_model: string;
  response_model: string;
  error_type: string;
  error_message: string;
}

/** What a span says, as far as it is known. */
type ToldContent = Pick<
  Saying,
  | "input"
  | "output"
  | "input_messages"
  | "output_messages"
  | "retrieval_query"
  | "documents"
  | "tool_arguments"
  | "tool_result"
>;

interface Account {
  /** "gpt-4o decided to call search_orders." */
  says: string;
  /** What was said or what went wrong; "" without. */
  detail: string;
  /** "waited 2.10 s for the first token, wrote for 400 ms"; "" where it took no time. */
  took: string;
}

/** When it happened, from the start of the trace. */
export function formatMoment(ns: number): string {
  return ns === 0 ? "0 s" : formatDuration(ns);
}

/** The account of a step; `content` is null until it is known, or where there is none. */
export function accountOf(step: ReplayStep, span: ToldSpan, content: ToldContent | null): Account {
  const type = span.error_type.split(".").at(-1) ?? "";
  const error = [type, span.error_message].filter((text) => text !== "").join(": ");
  const took = step.phase === "begins" ? "" : tookWords(step, span);
  const name = calledBy(span);
  if (step.phase === "begins") {
    return { says: `${name} began.`, detail: given(content), took };
  }
  if (failed(span.status)) return { says: failedWords(step, span, content), detail: error, took };
  if (span.status === "cancelled") return { says: `${name} was cancelled.`, detail: error, took };
  if (span.status === "open") return { says: `${name} is not done yet.`, detail: "", took };
  if (step.type === "step") return { says: `${name} was done.`, detail: answered(content), took };
  return { ...endedWell(step, span, content), took };
}

function endedWell(
  step: ReplayStep,
  span: ToldSpan,
  content: ToldContent | null,
): { says: string; detail: string } {
  const name = calledBy(span);
  switch (step.type) {
    case "call":
      return { says: callWords(name, content), detail: answered(content) };
    case "tool":
      return { says: toolWords(name, content), detail: "" };
    case "retrieval":
      return { says: retrievalWords(span, content), detail: foundWords(content) };
    case "step":
    case "note":
      return { says: `${noun(span.kind)}${name}.`, detail: "" };
  }
}

function failedWords(step: ReplayStep, span: ToldSpan, content: ToldContent | null): string {
  const how = span.status === "crashed" ? "broke off" : "failed";
  const name = calledBy(span);
  if (step.type === "tool") return `Called ${name}${argumentWords(content)}, which ${how}.`;
  if (step.type !== "note") return `${name} ${how}.`;
  // A call or a tool is a note where it was tried again.
  const isRetried = span.kind === "llm" || span.kind === "tool";
  return isRetried ? `${name} ${how} and was tried again.` : `${noun(span.kind)}${name} ${how}.`;
}

/** Who did it: the model of a call, the name of a tool or of an agent. */
function calledBy(span: ToldSpan): string {
  const { kind, name, span_id: id } = span;
  if (kind === "llm") return span.request_model || span.response_model || nameOr(name, id);
  if (kind === "tool") return span.tool_name || nameOr(name, id);
  if (kind === "agent") return span.agent_name || nameOr(name, id);
  return nameOr(name, id);
}

const NOUNS: Partial<Record<Kind, string>> = {
  embedding: "Embedded a text with ",
  guardrail: "Checked by ",
  evaluator: "Judged by ",
  http: "Request ",
  db: "Query ",
};

function noun(kind: Kind): string {
  return NOUNS[kind] ?? "";
}

function callWords(model: string, content: ToldContent | null): string {
  const parts = (content?.output_messages ?? []).flatMap((message) => message.parts);
  const tools = parts.flatMap(({ type, name }) => (type === "tool_call" ? [name] : []));
  return tools.length > 0 ? `${model} decided to call ${listed(tools)}.` : `${model} answered.`;
}

const MOST_NAMED = 3;

/** "find, find and pay": the same tool may be called twice. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED);
  if (names.length > MOST_NAMED) return `${shown.join(", ")} and ${names.length - MOST_NAMED} more`;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

function toolWords(name: string, content: ToldContent | null): string {
  const result = content ? resultWords(content.tool_result ?? content.output) : "";
  return `Called ${name}${argumentWords(content)}${result === "" ? "." : ` → ${result}`}`;
}

function argumentWords(content: ToldContent | null): string {
  const fields = content ? fieldWords(structureOf(content.tool_arguments ?? content.input)) : "";
  return fields === "" ? "" : ` (${fields})`;
}

/** "5 orders", "status: shipped, total: 12", or the beginning of a text. */
export function resultWords(value: unknown): string {
  const structure = structureOf(value);
  if (structure === null || structure === undefined || structure === "") return "nothing";
  if (Array.isArray(structure)) return counted(structure.length, "result");
  if (typeof structure !== "object") return shortened(structure);
  const lists = Object.entries(structure).flatMap(([name, held]: [string, unknown]) =>
    Array.isArray(held) ? [{ name, count: held.length }] : [],
  );
  const [list] = lists;
  if (lists.length === 1 && list) return counted(list.count, list.name.replace(/s$/, ""));
  return fieldWords(structure) || "nothing";
}

function fieldWords(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return value === null || value === undefined || value === "" ? "" : shortened(value);
  }
  const fields = Object.entries(value).filter(([, held]) => held !== null && held !== "");
  const shown = fields.slice(0, MOST_NAMED).map(([name, held]) => `${name}: ${shortened(held)}`);
  return `${shown.join(", ")}${fields.length > MOST_NAMED ? ", …" : ""}`;
}

const SHORT = 48;

function shortened(value: unknown): string {
  const text = oneLine(value);
  return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
}

/** What a text holds where it is JSON, else what was given. */
function structureOf(value: unknown): unknown {
  return typeof value === "string" ? (parsedJson(value) ?? value) : value;
}

function retrievalWords({ kind, name }: ToldSpan, content: ToldContent | null): string {
  const found = content ? ` → ${counted(content.documents.length, "document")}` : ".";
  if (kind === "reranker") return `Put documents in order with ${name}${found}`;
  const query = content?.retrieval_query ?? "";
  return query === "" ? `Looked up in ${name}${found}` : `Looked up “${shortened(query)}”${found}`;
}

function foundWords(content: ToldContent | null): string {
  const [first] = content?.documents ?? [];
  return first ? oneLine(first.content) : "";
}

function given(content: ToldContent | null): string {
  if (!content) return "";
  const asked = content.input_messages?.findLast(({ role }) => role === "user");
  return asked ? textOf(asked) : valueWords(content.input);
}

function answered(content: ToldContent | null): string {
  if (!content) return "";
  const last = content.output_messages?.at(-1);
  return last ? textOf(last) : valueWords(content.output);
}

const LONG = 600;

function textOf({ parts }: ChatMessage): string {
  const texts = parts.flatMap(({ type, content }) => (type === "text" ? [content] : []));
  return cut(texts.join("\n"));
}

function valueWords(value: unknown): string {
  const structure = structureOf(value);
  if (structure === null || structure === undefined) return "";
  if (typeof structure === "object") return fieldWords(structure);
  return cut(typeof structure === "string" ? structure : JSON.stringify(structure));
}

function cut(text: string): string {
  return text.length > LONG ? `${text.slice(0, LONG)}…` : text;
}

function tookWords({ type }: ReplayStep, span: ToldSpan): string {
  const { duration_ns: tookNs, ttft_ns: firstNs } = span;
  if (tookNs === null) return "";
  if (type !== "call" || firstNs === null) return `took ${formatDuration(tookNs)}`;
  const wrote = formatDuration(Math.max(tookNs - firstNs, 0));
  return `waited ${formatDuration(firstNs)} for the first token, wrote for ${wrote}`;
}
