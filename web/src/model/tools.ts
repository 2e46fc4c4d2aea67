/** Which tools a model call was offered, and which of them it called. */

import type { ChatMessage } from "./conversation";

interface OfferedTool {
  name: string;
  description: string;
  /** How often the answer calls it. */
  calls: number;
  /** False for a tool that was called without being offered. */
  isOffered: boolean;
}

/** Offered tools in their order, called ones first; then what was called without an offer. */
export function offeredTools(
  definitions: unknown,
  answer: readonly ChatMessage[] | null,
): OfferedTool[] {
  const calls = new Map<string, number>();
  for (const part of (answer ?? []).flatMap(({ parts }) => parts)) {
    if (part.type === "tool_call") calls.set(part.name, (calls.get(part.name) ?? 0) + 1);
  }
  const offered = definedTools(definitions).map(({ name, description }) => ({
    name,
    description,
    calls: calls.get(name) ?? 0,
    isOffered: true,
  }));
  const known = new Set(offered.map(({ name }) => name));
  const unknown = [...calls]
    .filter(([name]) => !known.has(name))
    .map(([name, count]) => ({ name, description: "", calls: count, isOffered: false }));
  // Without definitions nothing can be said about what was offered.
  if (offered.length === 0) return [];
  return [...offered.sort((a, b) => b.calls - a.calls), ...unknown];
}

/** Definitions as OpenAI, Anthropic and Gemini write them: flat, under `function`, or in lists of declarations. */
function definedTools(value: unknown): { name: string; description: string }[] {
  if (Array.isArray(value)) return value.flatMap(definedTools);
  if (!isRecord(value)) return [];
  const inner = value.function ?? value.functionDeclarations ?? value.function_declarations;
  if (inner !== undefined) return definedTools(inner);
  const name = text(value.name) || text(value.type);
  return name === "" ? [] : [{ name, description: text(value.description) }];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
