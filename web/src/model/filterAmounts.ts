/** Amounts as people write them in a filter, turned into what the API takes. */

import type { Comparable } from "./filterFields";

const MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const SCALE: Record<string, number> = { "": 1, k: 1e3, m: 1e6 };
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;
const MONEY = /^\$?(\d+(?:\.\d+)?)$/;
const COUNT = /^(\d+(?:\.\d+)?)(k|m|)$/i;

/** `2s` → `2000` (milliseconds), `$0.05` → `0.05`, `10k` → `10000`; null when it is no such amount. */
export function parseAmount(type: Comparable["type"], text: string): string | null {
  switch (type) {
    case "duration": {
      const [, number, unit = ""] = DURATION.exec(text) ?? [];
      return number === undefined ? null : scaled(number, MS[unit], 3);
    }
    case "money":
      return MONEY.exec(text)?.[1] ?? null;
    case "count": {
      const [, number, unit = ""] = COUNT.exec(text) ?? [];
      return number === undefined ? null : scaled(number, SCALE[unit.toLowerCase()], 0);
    }
  }
}

function scaled(number: string, factor: number | undefined, decimals: number): string {
  return String(Number((Number(number) * (factor ?? 1)).toFixed(decimals)));
}
