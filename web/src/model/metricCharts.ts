/** What the Metrics page shows, as it stands in its address: `p95(rerank.duration) by model where env="prod"; …`. */

const STATS = [
  "avg",
  "min",
  "max",
  "sum",
  "last",
  "count",
  "rate",
  "p50",
  "p90",
  "p95",
  "p99",
] as const;

export type Stat = (typeof STATS)[number];

interface LabelTerm {
  label: string;
  value: string;
  isNegated: boolean;
}

export interface MetricChart {
  name: string;
  stat: Stat;
  /** Labels that tell series apart. */
  by: readonly string[];
  /** All of them hold for every series. */
  where: readonly LabelTerm[];
}

/** What is known of a metric before it is drawn. */
interface Described {
  name: string;
  type: string;
  monotonic: boolean;
  temporality: string;
}

export const MAX_CHARTS = 12;
const SUGGESTED = 4;

/** The stats that a metric of a type has. */
export function statsOf(type: string): readonly Stat[] {
  if (type === "summary") return ["avg", "sum", "count", "rate"];
  return type.endsWith("histogram") ? STATS.filter((stat) => stat !== "last") : STATS;
}

/** What is mostly asked of a metric: how fast a counter counts, how slow nearly all calls are, what a gauge says. */
export function usualStat({ type, monotonic, temporality }: Omit<Described, "name">): Stat {
  if (type.endsWith("histogram")) return "p95";
  return type === "sum" && (monotonic || temporality === "delta") ? "rate" : "avg";
}

/** A chart of a metric with nothing chosen yet. */
export function usualChart(metric: Described): MetricChart {
  return { name: metric.name, stat: usualStat(metric), by: [], where: [] };
}

/** What is shown until somebody chooses: what model calls are measured by first, then the others by name. */
export function suggestedCharts(metrics: readonly Described[]): MetricChart[] {
  const ofModels = metrics.filter(({ name }) => /^(gen_ai\.|vllm)/.test(name));
  const others = metrics.filter((metric) => !ofModels.includes(metric));
  return [...ofModels, ...others].slice(0, SUGGESTED).map(usualChart);
}

export function serializeCharts(charts: readonly MetricChart[]): string {
  return charts.map(serializeChart).join("; ");
}

export function serializeChart({ name, stat, by, where }: MetricChart): string {
  const split = by.length > 0 ? ` by ${by.map(word).join(", ")}` : "";
  const narrowed = where.length > 0 ? ` where ${where.map(writtenTerm).join(", ")}` : "";
  return `${stat}(${word(name)})${split}${narrowed}`;
}

/** A term as the API's `where` has it. */
export function serializeTerm({ label, value, isNegated }: LabelTerm): string {
  return `${label}${isNegated ? "!=" : "="}${quoted(value)}`;
}

function writtenTerm(term: LabelTerm): string {
  return serializeTerm({ ...term, label: word(term.label) });
}

/** The charts of a text; what cannot be read of it is left out. */
export function parseCharts(text: string): MetricChart[] {
  const tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*"|!=|[=(),;]|[^\s=!(),;"]+/g)].map(
    ([it]) => it,
  );
  const charts: MetricChart[] = [];
  let rest: string[] = [];
  for (const token of [...tokens, ";"]) {
    if (token !== ";") rest.push(token);
    else {
      const chart = parseChart(rest);
      if (chart && charts.length < MAX_CHARTS) charts.push(chart);
      rest = [];
    }
  }
  return charts;
}

function parseChart([statText, open, nameText, close, ...rest]: string[]): MetricChart | null {
  const stat = STATS.find((one) => one === statText);
  if (!stat || open !== "(" || nameText === undefined || close !== ")") return null;
  const at = rest.indexOf("where");
  const byTokens = at < 0 ? rest : rest.slice(0, at);
  const whereTokens = at < 0 ? [] : rest.slice(at + 1);
  const by = byTokens[0] === "by" ? byTokens.slice(1).filter((token) => token !== ",") : [];
  return { name: unquoted(nameText), stat, by: by.map(unquoted), where: parseTerms(whereTokens) };
}

function parseTerms(tokens: readonly string[]): LabelTerm[] {
  const terms: LabelTerm[] = [];
  for (let at = 0; at + 2 < tokens.length; at += 4) {
    const [label = "", operator, value = ""] = tokens.slice(at, at + 3);
    if (operator !== "=" && operator !== "!=") return terms;
    terms.push({ label: unquoted(label), value: unquoted(value), isNegated: operator === "!=" });
  }
  return terms;
}

function word(text: string): string {
  const isBare = /^[^\s=!(),;"]+$/.test(text) && text !== "by" && text !== "where";
  return isBare ? text : quoted(text);
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, (it) => `\\${it}`)}"`;
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/gs, "$1") : text;
}
