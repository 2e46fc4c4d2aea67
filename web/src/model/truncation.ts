/** What a span says of texts that were cut. */

import { formatExact } from "./format";

/** `tool_result` → `Tool result`; an attribute by its key. */
export function fieldName(field: string): string {
  if (field.startsWith("attributes.")) return field.slice("attributes.".length);
  const words = field.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `field:bytes` → a sentence. */
export function truncation(cut: string): string {
  const at = cut.lastIndexOf(":");
  const bytes = Number(cut.slice(at + 1));
  return at > 0 && Number.isFinite(bytes)
    ? `${cut.slice(0, at)} was cut; it had ${formatExact(bytes)} bytes.`
    : `${cut} was cut.`;
}

/** The notes of what is gone for good: what is whole somewhere is told in another way. */
export function cutForGood(
  truncated: readonly string[],
  whole: readonly { field: string; size_bytes: number }[],
): string[] {
  const kept = new Set(whole.map(({ field, size_bytes: bytes }) => `${field}:${bytes}`));
  return truncated.filter((cut) => !kept.has(cut));
}
