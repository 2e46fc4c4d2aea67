/** Judgements in words. */

/** By the name of what is judged. */
export type Scores = Readonly<Record<string, number | boolean | string>>;

/** `0.82`, `yes`, or the word itself. */
export function scoreText(value: Scores[string]): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
}

/** `thumbs -1`, for each of them. */
export function scoreWords(scores: Scores): string[] {
  return Object.entries(scores).map(([name, value]) => `${name} ${scoreText(value)}`);
}
