/** The text of a prompt: its variables, its messages, and what is written in its editor. */

/** A message of a chat prompt; most have a role and a content, and any may have more. */
export type ChatMessage = Record<string, unknown>;
export type Template = string | ChatMessage[];

export interface PlainMessage {
  role: string;
  content: string;
}

/** The label that the newest version has by itself. */
export const LATEST = "latest";
export const ROLES = ["system", "user", "assistant"] as const;

// What `compile()` of the Python SDK fills in; its \w knows every alphabet.
const VARIABLE = /\{\{\s*([\p{L}\p{N}_]+)\s*\}\}/gu;
const LABEL = /^[\p{L}\p{N}_.:/-]{1,100}$/u;

interface TextPart {
  text: string;
  isVariable: boolean;
}

/** A text in parts: its variables as they stand, and what is between them. */
export function partsOf(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const found of text.matchAll(VARIABLE)) {
    if (found.index > end) parts.push({ text: text.slice(end, found.index), isVariable: false });
    parts.push({ text: found[0], isVariable: true });
    end = found.index + found[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), isVariable: false });
  return parts;
}

/** The names of the variables, each once, in the order in which they come. */
export function variablesOf(template: unknown): string[] {
  const names = new Set<string>();
  const look = (part: unknown): void => {
    if (typeof part === "string") {
      for (const [, name] of part.matchAll(VARIABLE)) if (name !== undefined) names.add(name);
    } else if (part !== null && typeof part === "object") {
      Object.values(part).forEach(look);
    }
  };
  look(template);
  return [...names];
}

/** Whether a message is a role and a text, and nothing else. */
export function isPlain(message: ChatMessage): message is ChatMessage & PlainMessage {
  const { role, content, ...more } = message;
  return typeof role === "string" && typeof content === "string" && Object.keys(more).length === 0;
}

/** A message to read: who speaks, and what; what has no text is shown as it is kept. */
export function spokenOf(message: ChatMessage): PlainMessage {
  const { role, content, ...more } = message;
  const speaker = typeof role === "string" ? role : "message";
  if (typeof content === "string" && Object.keys(more).length === 0) {
    return { role: speaker, content };
  }
  return { role: speaker, content: JSON.stringify(message, null, 2) };
}

/** A template as one text, which two versions are compared by. */
export function wholeText(template: Template): string {
  if (typeof template === "string") return template;
  return template
    .map(spokenOf)
    .map(({ role, content }) => `${role}:\n${content}`)
    .join("\n\n");
}

export function configText(config: unknown): string {
  return config === null || config === undefined ? "" : JSON.stringify(config, null, 2);
}

export type Parsed<Value> = { ok: true; value: Value } | { ok: false; problem: string };

/** The config that is written: JSON, or nothing at all. */
export function parseConfig(text: string): Parsed<unknown> {
  return text.trim() === "" ? { ok: true, value: null } : parsed(text);
}

/** Messages that are written as JSON. */
export function parseMessages(text: string): Parsed<ChatMessage[]> {
  const found = parsed(text);
  if (!found.ok) return found;
  const isList = Array.isArray(found.value) && found.value.every(isObject);
  if (!isList) return { ok: false, problem: "This is no list of messages." };
  return { ok: true, value: found.value as ChatMessage[] };
}

function parsed(text: string): Parsed<unknown> {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { ok: false, problem: `This is not JSON: ${(error as Error).message}` };
  }
}

function isObject(value: unknown): value is ChatMessage {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** The words of a field, with commas or spaces between; each once. */
export function wordsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/u).filter((word) => word !== ""))];
}

/** Tags may hold spaces: commas alone divide them. */
export function tagsOf(text: string): string[] {
  const tags = text.split(",").map((tag) => tag.trim());
  return [...new Set(tags.filter((tag) => tag !== ""))];
}

/** Why these labels cannot be given, or "". */
export function labelProblem(labels: readonly string[]): string {
  if (labels.includes(LATEST)) return "The newest version has the label latest by itself.";
  const odd = labels.find((label) => !LABEL.test(label));
  return odd === undefined
    ? ""
    : `The label ${odd.slice(0, 100)} may hold letters, digits and . _ : / - alone, at most 100.`;
}

interface Labelled {
  version: number;
  labels: readonly string[];
}

/** The labels that another version loses, with the number of that version. */
export function movedLabels(
  labels: readonly string[],
  versions: readonly Labelled[],
  to: number | null,
): { label: string; from: number }[] {
  return labels.flatMap((label) => {
    const from = versions.find((one) => one.labels.includes(label));
    return from === undefined || from.version === to || label === LATEST
      ? []
      : [{ label, from: from.version }];
  });
}
