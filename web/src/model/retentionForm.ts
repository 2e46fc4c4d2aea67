/** How long a project keeps what was sent, as a form holds it: text, empty for ever. */

interface Policy {
  days: number | null;
  rules: { filter: string; days: number | null }[];
  thinning: { after_days: number; share: number; slow_ms: number } | null;
  rollup_days: number | null;
  cold_days: number | null;
}

export interface RetentionForm {
  days: string;
  rules: { filter: string; days: string }[];
  isThinned: boolean;
  afterDays: string;
  sharePercent: string;
  slowSeconds: string;
  rollupDays: string;
  coldDays: string;
}

export function formOf(policy: Policy): RetentionForm {
  const thin = policy.thinning;
  return {
    days: textOf(policy.days),
    rules: policy.rules.map(({ filter, days }) => ({ filter, days: textOf(days) })),
    isThinned: thin !== null,
    afterDays: textOf(thin?.after_days ?? 7),
    sharePercent: String(round((thin?.share ?? 0.1) * 100)),
    slowSeconds: String(round((thin?.slow_ms ?? 10_000) / 1000)),
    rollupDays: textOf(policy.rollup_days),
    coldDays: textOf(policy.cold_days),
  };
}

export function policyOf(form: RetentionForm): Policy {
  return {
    days: daysOf(form.days),
    rules: form.rules.map(({ filter, days }) => ({ filter, days: daysOf(days) })),
    thinning: form.isThinned
      ? {
          after_days: Number(form.afterDays),
          share: Number(form.sharePercent) / 100,
          slow_ms: Math.round(Number(form.slowSeconds) * 1000),
        }
      : null,
    rollup_days: daysOf(form.rollupDays),
    cold_days: daysOf(form.coldDays),
  };
}

function textOf(days: number | null): string {
  return days === null ? "" : String(days);
}

function daysOf(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}

/** 0.07 × 100 is 7.000000000000001 to a computer. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
