/** Heat: five steps of one hue, by what a span took itself. */

export const HEATS = ["off", "time", "cost"] as const;

export type Heat = (typeof HEATS)[number];

/** 0 is cold (nothing), 5 the hottest. */
type HeatStep = 0 | 1 | 2 | 3 | 4 | 5;

/** Shares of the largest value from which the steps begin, hottest first. */
const STEPS = [
  { share: 0.5, step: 5 },
  { share: 0.25, step: 4 },
  { share: 0.1, step: 3 },
  { share: 0.02, step: 2 },
] as const;

/** How hot a value is beside the largest one. */
export function heatStep(value: number, largest: number): HeatStep {
  if (value <= 0 || largest <= 0) return 0;
  return STEPS.find(({ share }) => value >= largest * share)?.step ?? 1;
}

/** The steps of all values. */
export function heatSteps(values: Float64Array): Uint8Array {
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  return Uint8Array.from(values, (value) => heatStep(value, largest));
}

/** The heat that an address names; off where it names none. */
export function heatOf(text: string | undefined): Heat {
  return HEATS.find((heat) => heat === text) ?? "off";
}

/** As hot as the hottest of them; of very many the first are looked at. */
export function hottest(steps: Uint8Array, positions: readonly number[]): number {
  let most = 0;
  for (const position of positions.slice(0, 1000)) most = Math.max(most, steps[position] ?? 0);
  return most;
}
