/** Tokens and money of one model call as the rows of a table. */

interface UsageFacts {
  input: number | null;
  output: number | null;
  total: number | null;
  cache_read: number | null;
  cache_write: number | null;
  reasoning: number | null;
  audio_input: number | null;
  audio_output: number | null;
  other: Record<string, number>;
}

interface CostFacts {
  input: string | null;
  output: string | null;
  total: string | null;
  by_class: Record<string, string>;
}

export interface UsageRow {
  label: string;
  tokens: number | null;
  cost: string | null;
  /** Part of the row above, not added to it. */
  isSubset: boolean;
}

/** Classes of cost that have a row of their own, or are in the rows of input and output. */
const LISTED = new Set([
  "input",
  "output",
  "cache_read",
  "cache_write",
  "reasoning",
  "input_audio",
  "output_audio",
]);

/** Input and output with their parts below them, then what has no place, then the total. */
export function usageRows(usage: UsageFacts, cost: CostFacts): UsageRow[] {
  const subset = (label: string, tokens: number | null, className: string): UsageRow[] =>
    tokens === null
      ? []
      : [{ label, tokens, cost: cost.by_class[className] ?? null, isSubset: true }];
  const whole = (label: string, tokens: number | null, money: string | null): UsageRow => ({
    label,
    tokens,
    cost: money,
    isSubset: false,
  });
  // What is priced but not counted in tokens: requests, searches.
  const unlisted = Object.entries(cost.by_class).filter(
    ([name]) => !LISTED.has(name) && !(name in usage.other),
  );
  return [
    whole("Input", usage.input, cost.input),
    ...subset("read from cache", usage.cache_read, "cache_read"),
    ...subset("written to cache", usage.cache_write, "cache_write"),
    ...subset("audio", usage.audio_input, "input_audio"),
    whole("Output", usage.output, cost.output),
    ...subset("reasoning", usage.reasoning, "reasoning"),
    ...subset("audio", usage.audio_output, "output_audio"),
    ...Object.entries(usage.other).map(([name, tokens]) =>
      whole(name, tokens, cost.by_class[name] ?? null),
    ),
    ...unlisted.map(([name, money]) => whole(name.replaceAll("_", " "), null, money)),
    whole("Total", usage.total, cost.total),
  ];
}

/** Tokens per second once the first has come; null where it cannot be told. */
export function tokensPerSecond(
  outputTokens: number | null,
  durationNs: number | null,
  ttftNs: number | null,
): number | null {
  if (outputTokens === null || durationNs === null) return null;
  const writingNs = durationNs - (ttftNs ?? 0);
  return writingNs > 0 && outputTokens > 1 ? outputTokens / (writingNs / 1e9) : null;
}

export interface UsageShare {
  label: "from cache" | "input" | "reasoning" | "output";
  tokens: number;
  /** Of all tokens. */
  share: number;
}

/** What the tokens were, each counted once; empty where they are not known. */
export function usageShares({ input, output, cache_read, reasoning }: UsageFacts): UsageShare[] {
  const [sent, written] = [input ?? 0, output ?? 0];
  const cached = Math.min(cache_read ?? 0, sent);
  const thought = Math.min(reasoning ?? 0, written);
  const total = sent + written;
  const parts = [
    { label: "from cache", tokens: cached },
    { label: "input", tokens: sent - cached },
    { label: "reasoning", tokens: thought },
    { label: "output", tokens: written - thought },
  ] as const;
  return parts
    .filter(({ tokens }) => tokens > 0)
    .map((part) => ({ ...part, share: part.tokens / total }));
}
