/** A version of a prompt while it is written, and how it outlives a reload of its page. */

import {
  type ChatMessage,
  configText,
  isPlain,
  type Parsed,
  parseConfig,
  parseMessages,
  type PlainMessage,
  type Template,
} from "./promptText";

/** `json`: messages that are more than a role and a text each. */
export type DraftKind = "text" | "chat" | "json";

export interface Draft {
  kind: DraftKind;
  text: string;
  messages: PlainMessage[];
  json: string;
  config: string;
  /** The version that it began from; null is none. */
  from: number | null;
}

/** What a browser gives back may be anything. */
type StoredDraft = Omit<Draft, "messages"> & { messages: ChatMessage[] };

const EMPTY: Draft = {
  kind: "text",
  text: "",
  messages: [
    { role: "system", content: "" },
    { role: "user", content: "" },
  ],
  json: "",
  config: "",
  from: null,
};

/** The draft that begins from a version, or from nothing. */
export function draftOf(
  base: { template: Template; config: unknown; version: number } | null,
): Draft {
  if (base === null) return EMPTY;
  const { template, version } = base;
  const begun = { ...EMPTY, config: configText(base.config), from: version };
  if (typeof template === "string") return { ...begun, text: template };
  return { ...begun, ...ofMessages(template) };
}

function ofMessages(messages: ChatMessage[]): Pick<Draft, "kind" | "messages" | "json"> {
  const json = JSON.stringify(messages, null, 2);
  return messages.every(isPlain)
    ? { kind: "chat", messages, json }
    : { kind: "json", messages: EMPTY.messages, json };
}

/** In another form, with what is written so far as far as that form can hold it. */
export function turned(draft: Draft, kind: DraftKind): Draft {
  const written = templateOf(draft);
  if (!written.ok || kind === draft.kind) return { ...draft, kind };
  const { value } = written;
  if (kind === "text") return { ...draft, kind };
  const messages: ChatMessage[] =
    typeof value === "string" ? [{ role: "user", content: value }] : value;
  if (kind === "json") return { ...draft, kind, json: JSON.stringify(messages, null, 2) };
  return { ...draft, kind, messages: messages.every(isPlain) ? messages : draft.messages };
}

/** What is written; a text without a letter is none. */
export function templateOf({ kind, text, messages, json }: Draft): Parsed<Template> {
  if (kind === "json") return parseMessages(json);
  if (kind === "chat") {
    return messages.length > 0
      ? { ok: true, value: messages.map(({ role, content }) => ({ role, content })) }
      : { ok: false, problem: "There is no message." };
  }
  return text.trim() === ""
    ? { ok: false, problem: "There is no text." }
    : { ok: true, value: text };
}

/** Why it cannot be saved, or "". */
export function draftProblem(draft: Draft): string {
  const template = templateOf(draft);
  if (!template.ok) return template.problem;
  const config = parseConfig(draft.config);
  return config.ok ? "" : `Config: ${config.problem}`;
}

/** Whether something else is written than what it began from. */
export function isWritten(draft: Draft, base: Draft): boolean {
  return writtenIn(draft) !== writtenIn(base);
}

function writtenIn(draft: Draft): string {
  const { kind, config } = draft;
  return JSON.stringify([kind, draft[kind === "chat" ? "messages" : kind], config]);
}

/** A draft that a browser kept; null for what is none. */
export function readDraft(text: string): Draft | null {
  try {
    const { kind, messages, ...held } = { ...EMPTY, ...(JSON.parse(text) as StoredDraft) };
    const isKnown = ["text", "chat", "json"].includes(kind) && Array.isArray(messages);
    return isKnown && messages.every(isPlain) ? { kind, messages, ...held } : null;
  } catch {
    return null;
  }
}

/** The messages with the one at a place moved by one; it stays at the ends. */
export function movedMessage(messages: readonly PlainMessage[], at: number, step: -1 | 1) {
  const next = [...messages];
  const [one] = next.splice(at, 1);
  if (one) next.splice(Math.max(0, at + step), 0, one);
  return next;
}
