/** A request for models while it is edited: its messages, tools, parameters, and who is asked. */

import { choiceAsText, type ModelChoice } from "./modelChoice";

type Json = Record<string, unknown>;

interface AskedMessage {
  role: string;
  parts: Json[];
}

interface Asked {
  messages: AskedMessage[];
  tools: unknown[];
  parameters: Json;
  provider: string;
  model: string;
}

export interface DraftPart {
  key: number;
  /** Whether it is plain text; else `text` is the JSON of a part. */
  isText: boolean;
  text: string;
}

export interface DraftMessage {
  key: number;
  role: string;
  parts: DraftPart[];
}

export interface Draft {
  messages: DraftMessage[];
  /** JSON, as it is written. */
  tools: string;
  parameters: string;
  targets: ModelChoice[];
  repeat: number;
  /** The key of what is added next. */
  next: number;
}

export const ROLES = ["system", "user", "assistant", "tool", "developer"] as const;
export const MAX_TARGETS = 6;
export const MAX_REPEAT = 10;

/** The request of a span, ready to be changed; its model is the first that is asked. */
export function draftOf({ messages, tools, parameters, provider, model }: Asked): Draft {
  let next = 0;
  const key = () => next++;
  const drafted = messages.map(({ role, parts }) => ({
    key: key(),
    role,
    parts: parts.map((part) => ({ key: key(), ...partText(part) })),
  }));
  return {
    messages: drafted,
    tools: tools.length === 0 ? "" : JSON.stringify(tools, null, 2),
    parameters: Object.keys(parameters).length === 0 ? "" : JSON.stringify(parameters, null, 2),
    targets: provider === "" || model === "" ? [] : [{ provider, model }],
    repeat: 1,
    next,
  };
}

export const EMPTY_DRAFT = draftOf({
  messages: [
    { role: "system", parts: [{ type: "text", content: "" }] },
    { role: "user", parts: [{ type: "text", content: "" }] },
  ],
  tools: [],
  parameters: {},
  provider: "",
  model: "",
});

function partText(part: Json): Pick<DraftPart, "isText" | "text"> {
  const { type, content } = part;
  return type === "text" && typeof content === "string"
    ? { isText: true, text: content }
    : { isText: false, text: JSON.stringify(part, null, 2) };
}

export function withMessage(draft: Draft, role: string): Draft {
  const { next } = draft;
  const part = { key: next + 1, isText: true, text: "" };
  const message = { key: next, role, parts: [part] };
  return { ...draft, messages: [...draft.messages, message], next: next + 2 };
}

export function withPart(draft: Draft, message: number, isText: boolean): Draft {
  const part = { key: draft.next, isText, text: isText ? "" : '{\n  "type": "tool_call"\n}' };
  return {
    ...changedMessage(draft, message, (one) => ({ ...one, parts: [...one.parts, part] })),
    next: draft.next + 1,
  };
}

export function changedMessage(
  draft: Draft,
  key: number,
  change: (message: DraftMessage) => DraftMessage,
): Draft {
  const messages = draft.messages.map((one) => (one.key === key ? change(one) : one));
  return { ...draft, messages };
}

export function withoutMessage(draft: Draft, key: number): Draft {
  return { ...draft, messages: draft.messages.filter((one) => one.key !== key) };
}

/** The message a place up or down. */
export function movedMessage(draft: Draft, key: number, by: 1 | -1): Draft {
  const messages = [...draft.messages];
  const at = messages.findIndex((one) => one.key === key);
  const [moved, other] = [messages[at], messages[at + by]];
  if (!moved || !other) return draft;
  messages[at] = other;
  messages[at + by] = moved;
  return { ...draft, messages };
}

export interface RunBody extends Pick<Draft, "targets" | "repeat"> {
  messages: AskedMessage[];
  tools: Json[];
  parameters: Json;
}

export type Checked = { ok: true; body: RunBody } | { ok: false; problem: string };

/** What is sent, or what is wrong with it. Messages in which nothing is written are not sent. */
export function requestOf(draft: Draft): Checked {
  try {
    const messages = draft.messages.map(askedMessage).filter(({ parts }) => parts.length > 0);
    const tools = parsed(draft.tools, "[]", "The tools");
    const parameters = parsed(draft.parameters, "{}", "The parameters");
    if (!Array.isArray(tools)) throw new Error("The tools are a list, in brackets.");
    if (!isJson(parameters)) throw new Error("The parameters are an object, in braces.");
    if (messages.length === 0) throw new Error("No message has a text.");
    if (draft.targets.length === 0) throw new Error("No model is chosen.");
    const { targets, repeat } = draft;
    return { ok: true, body: { messages, tools: tools as Json[], parameters, targets, repeat } };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

function askedMessage({ role, parts }: DraftMessage): AskedMessage {
  const asked = parts.flatMap(({ isText, text }): Json[] => {
    if (text.trim() === "") return [];
    if (isText) return [{ type: "text", content: text }];
    const part = parsed(text, "{}", `A part of the message of ${role}`);
    if (!isJson(part)) throw new Error(`A part of the message of ${role} is no object.`);
    return [part];
  });
  return { role, parts: asked };
}

function parsed(text: string, empty: string, what: string): unknown {
  try {
    return JSON.parse(text.trim() === "" ? empty : text);
  } catch {
    throw new Error(`${what} cannot be read as JSON.`);
  }
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The messages as a prompt has them: each a role and its text; other parts beside it. */
export function templateOf({ messages }: RunBody): Json[] {
  return messages.map(({ role, parts }) => {
    const isText = (part: Json) => part.type === "text" && typeof part.content === "string";
    const content = parts.filter(isText).map((part) => String(part.content));
    const others = parts.filter((part) => !isText(part));
    return { role, content: content.join("\n\n"), ...(others.length > 0 && { parts: others }) };
  });
}

/** What belongs to a prompt beside its text: the first model, the parameters and the tools. */
export function configOf({ targets: [first], parameters, tools }: RunBody): Json {
  return {
    ...(first && { provider: first.provider, model: first.model }),
    ...parameters,
    ...(tools.length > 0 && { tools }),
  };
}

/** One more model to ask; the same model twice says nothing that a repetition does not. */
export function withTarget(draft: Draft, target: ModelChoice, at?: number): Draft {
  const others = draft.targets.filter((_, place) => place !== at);
  const isThere = others.some((one) => choiceAsText(one) === choiceAsText(target));
  if (isThere || (at === undefined && others.length >= MAX_TARGETS)) return draft;
  const targets = [...draft.targets];
  if (at === undefined) targets.push(target);
  else targets[at] = target;
  return { ...draft, targets };
}
