/** What is new in a model call beside the call before it, and what broke the provider's prompt cache. */

import type { ChatMessage } from "./conversation";

/** What the comparison needs of a call. */
export interface CallText {
  input_messages: readonly ChatMessage[] | null;
  output_messages: readonly ChatMessage[] | null;
  tool_definitions: unknown;
}

export interface CallFacts {
  request_model: string;
  cache_read_tokens: number | null;
  start_offset_ns: number;
}

export type CacheBreak =
  | { reason: "model"; before: string; now: string }
  | { reason: "tools" }
  | { reason: "message"; index: number; role: string; before: string; now: string }
  | { reason: "age"; elapsedNs: number };

/** How many messages of the input the call before was sent, or answered itself. */
export function seenBefore(now: CallText, before: CallText): number {
  const earlier = [...(before.input_messages ?? []), ...(before.output_messages ?? [])];
  return commonPrefix(now.input_messages ?? [], earlier);
}

/** Why fewer tokens came from the cache than in the call before; null where as many did, or it is not known. */
export function cacheBreak(
  now: CallText & CallFacts,
  before: CallText & CallFacts,
): CacheBreak | null {
  if (!cachedLess(now, before)) return null;
  if (now.request_model !== before.request_model) {
    return { reason: "model", before: before.request_model, now: now.request_model };
  }
  if (JSON.stringify(now.tool_definitions) !== JSON.stringify(before.tool_definitions)) {
    return { reason: "tools" };
  }
  return brokenMessage(now, before);
}

function brokenMessage(now: CallText & CallFacts, before: CallText & CallFacts): CacheBreak {
  const [given, givenBefore] = [now.input_messages ?? [], before.input_messages ?? []];
  const index = commonPrefix(given, givenBefore);
  const [message, messageBefore] = [given[index], givenBefore[index]];
  // All that was sent before was sent again: a cache forgets after some minutes.
  if (!messageBefore) {
    return { reason: "age", elapsedNs: now.start_offset_ns - before.start_offset_ns };
  }
  const [excerpt, excerptBefore] = excerpts(plain(message), plain(messageBefore));
  const role = message?.role ?? messageBefore.role;
  return { reason: "message", index, role, now: excerpt, before: excerptBefore };
}

function commonPrefix(now: readonly ChatMessage[], before: readonly ChatMessage[]): number {
  let count = 0;
  for (const message of now) {
    const earlier = before[count];
    if (!earlier || identity(message) !== identity(earlier)) break;
    count += 1;
  }
  return count;
}

/** What is sent again of a message: not its reasoning, nor why it ended. */
function identity({ role, parts }: ChatMessage): string {
  const said = parts
    .filter(({ type }) => type !== "reasoning")
    .map(({ type, content, name, data }) => [type, content, name, data]);
  return JSON.stringify([role, said]);
}

function plain(message: ChatMessage | undefined): string {
  if (!message) return "";
  return message.parts
    .map(({ content, name, data }) => content || `${name} ${JSON.stringify(data)}`)
    .join("\n");
}

const LEAD = 24;
const SHOWN = 120;

/** Both texts from a little before the first character in which they differ. */
function excerpts(now: string, before: string): [string, string] {
  let at = 0;
  while (at < now.length && now[at] === before[at]) at += 1;
  const start = Math.max(at - LEAD, 0);
  const cut = (text: string) =>
    `${start > 0 ? "…" : ""}${text.slice(start, start + SHOWN)}${text.length > start + SHOWN ? "…" : ""}`;
  return [cut(now), cut(before)];
}

function cachedLess(now: CallFacts, before: CallFacts): boolean {
  const [cached, cachedBefore] = [now.cache_read_tokens, before.cache_read_tokens];
  return cached !== null && cachedBefore !== null && cached < cachedBefore;
}
