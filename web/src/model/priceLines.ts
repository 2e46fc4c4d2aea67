/** How a cost adds up, in words: `1,886 cache read × $0.30/M = $0.000566`. */

import { formatExact, toDecimals } from "./format";

interface Line {
  name: string;
  count: number;
  unit_price: string;
  per: number;
  amount: string;
  above_tokens: number | null;
}

interface Explained {
  source: string;
  provider: string;
  model: string;
  since: string | null;
  service_tier: string;
}

const UNITS: Record<number, string> = { 1: "", 1000: "/k", 1_000_000: "/M" };

/** One class: how many, at which price, and what that makes. */
export function priceLine(line: Line): string {
  const tier =
    line.above_tokens === null ? "" : ` (above ${formatExact(line.above_tokens)} input tokens)`;
  const price = formatRate(line.unit_price, line.per);
  return `${formatExact(line.count)} ${line.name.replaceAll("_", " ")} × ${price}${tier} = ${formatAmount(line.amount)}`;
}

/** Whose prices they are, since when, and for which service tier. */
export function explainedFrom(explained: Explained): string {
  const { source, provider, model, since, service_tier: tier } = explained;
  const isOwn = source.startsWith("own/");
  return [
    isOwn ? `the project's own price of ${model}` : `${source}: ${provider} ${model}`,
    ...(since === null ? [] : [`since ${since}`]),
    ...(tier === "" ? [] : [`service tier ${tier}`]),
  ].join(", ");
}

/** A price and what it is for: `$0.30/M`. */
export function formatRate(dollars: string, per: number): string {
  return `${formatUnitPrice(dollars)}${UNITS[per] ?? `/${formatExact(per)}`}`;
}

/** A price with all its digits, at least two after the point. */
export function formatUnitPrice(dollars: string): string {
  const [whole = "0", digits = ""] = dollars.split(".");
  return `$${whole}.${digits.padEnd(2, "0")}`;
}

/** Three significant digits, where cents do not say as much. */
function formatAmount(dollars: string): string {
  const amount = Number(dollars);
  if (amount === 0) return "$0";
  if (amount >= 1) return `$${toDecimals(amount, 2)}`;
  return `$${toDecimals(amount, Math.min(Math.ceil(-Math.log10(amount)) + 2, 12))}`;
}
