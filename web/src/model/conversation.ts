/** A model call's messages arranged for reading. */

export interface MessagePart {
  type: "text" | "reasoning" | "tool_call" | "tool_result" | "image" | "audio" | "file" | "other";
  content: string;
  id: string;
  name: string;
  data: unknown;
}

export interface ChatMessage {
  role: string;
  parts: MessagePart[];
  finish_reason: string;
}

export interface ToolCall {
  id: string;
  name: string;
  arguments: unknown;
  /** Undefined while no message answers the call. */
  result: unknown;
  answered: boolean;
}

export type Block =
  | { type: "text"; text: string }
  | { type: "reasoning"; text: string }
  | { type: "tool"; call: ToolCall }
  /** The result of a call that was made earlier. */
  | { type: "result"; name: string; value: unknown }
  | { type: "media"; part: MessagePart };

export interface Turn {
  role: string;
  /** Said by the model in this call; everything else was sent to it. */
  isOutput: boolean;
  /** First of the messages that an earlier call of the same conversation had not seen. */
  isFirstNew: boolean;
  finishReason: string;
  blocks: Block[];
}

/**
 * Turns in order; the result of a tool call stands in its call, not in a turn of its own.
 *
 * `seen` messages come first and have turns of their own elsewhere: what is left is all new. Without
 * them, what came after the last answer in the input is.
 */
export function arrange(
  input: readonly ChatMessage[],
  output: readonly ChatMessage[],
  seen: readonly ChatMessage[] = [],
): Turn[] {
  const results = new Map<string, MessagePart>();
  const called = new Set<string>();
  for (const part of [...input, ...output].flatMap((message) => message.parts)) {
    if (part.id === "") continue;
    if (part.type === "tool_call") called.add(part.id);
    else if (part.type === "tool_result" && called.has(part.id)) results.set(part.id, part);
  }
  const names = new Map(
    seen
      .flatMap(({ parts }) => parts)
      .flatMap(({ type, id, name }) => (type === "tool_call" ? [[id, name] as const] : [])),
  );
  const newFrom = seen.length > 0 ? 0 : firstNew(input);
  const turnOf = (message: ChatMessage, index: number, isOutput: boolean): Turn => ({
    role: message.role,
    isOutput,
    isFirstNew: newFrom >= 0 && (isOutput || index >= newFrom),
    finishReason: message.finish_reason,
    blocks: message.parts.flatMap((part) => blockOf(part, results, names)),
  });
  const turns = [
    ...input.map((message, index) => turnOf(message, index, false)),
    ...output.map((message) => turnOf(message, -1, true)),
  ].filter((turn) => turn.blocks.length > 0 || turn.isOutput);
  return turns.map((turn, index) => ({
    ...turn,
    isFirstNew: turn.isFirstNew && turns[index - 1]?.isFirstNew !== true,
  }));
}

const ONE_LINE = 300;

/** The beginning of a value in one line. */
export function oneLine(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text
    .slice(0, 4 * ONE_LINE)
    .replaceAll(/\s+/g, " ")
    .slice(0, ONE_LINE);
}

/** What a text holds when it is a JSON object or array, else null. */
export function parsedJson(text: string): object | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

/** Index of the first message after the last answer in the input; -1 when all of it is new. */
function firstNew(input: readonly ChatMessage[]): number {
  const lastAnswer = input.map((message) => message.role).lastIndexOf("assistant");
  return lastAnswer < 0 || lastAnswer === input.length - 1 ? -1 : lastAnswer + 1;
}

function blockOf(
  part: MessagePart,
  results: ReadonlyMap<string, MessagePart>,
  names: ReadonlyMap<string, string>,
): Block[] {
  switch (part.type) {
    case "text":
    case "reasoning":
      return part.content === "" ? [] : [{ type: part.type, text: part.content }];
    case "tool_call":
      return [{ type: "tool", call: callOf(part, results.get(part.id)) }];
    case "tool_result":
      if (results.has(part.id)) return [];
      return [
        { type: "result", name: part.name || (names.get(part.id) ?? ""), value: valueOf(part) },
      ];
    case "image":
    case "audio":
    case "file":
    case "other":
      return [{ type: "media", part }];
  }
}

function callOf(part: MessagePart, answer: MessagePart | undefined): ToolCall {
  return {
    id: part.id,
    name: part.name,
    arguments: valueOf(part),
    result: answer && valueOf(answer),
    answered: answer !== undefined,
  };
}

function valueOf(part: MessagePart): unknown {
  return part.data ?? part.content;
}
