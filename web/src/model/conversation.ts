/** A model call's messages arranged for reading. */

interface MessagePart {
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

/** Turns in order; the result of a tool call stands in its call, not in a turn of its own. */
export function arrange(input: readonly ChatMessage[], output: readonly ChatMessage[]): Turn[] {
  const results = new Map<string, MessagePart>();
  const called = new Set<string>();
  for (const part of [...input, ...output].flatMap((message) => message.parts)) {
    if (part.id === "") continue;
    if (part.type === "tool_call") called.add(part.id);
    else if (part.type === "tool_result" && called.has(part.id)) results.set(part.id, part);
  }
  const newFrom = firstNew(input);
  const turnOf = (message: ChatMessage, index: number, isOutput: boolean): Turn => ({
    role: message.role,
    isOutput,
    isFirstNew: newFrom >= 0 && (isOutput || index >= newFrom),
    finishReason: message.finish_reason,
    blocks: message.parts.flatMap((part) => blockOf(part, results)),
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

/** The text of a value: a string as it is, anything else as indented JSON. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
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

function blockOf(part: MessagePart, results: ReadonlyMap<string, MessagePart>): Block[] {
  switch (part.type) {
    case "text":
    case "reasoning":
      return part.content === "" ? [] : [{ type: part.type, text: part.content }];
    case "tool_call":
      return [{ type: "tool", call: callOf(part, results.get(part.id)) }];
    case "tool_result":
      if (results.has(part.id)) return [];
      return [{ type: "text", text: textOf(valueOf(part)) }];
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
