/** Every text colour is readable and every mark visible on the backgrounds that it stands on. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const CSS = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");
const BACKGROUNDS = ["--bg", "--bg-raised", "--bg-sunken"];
const TEXTS = ["--text", "--text-dim", "--text-faint", "--accent", "--error", "--open"];
const MARKS = [...CSS.matchAll(/(--kind-\w+):/g)].map(([, name = ""]) => name);

function tokensOf(theme: "light" | "dark"): Map<string, string> {
  const block = CSS.split(`:root[data-theme="${theme}"]`)[1]?.split("}")[0] ?? "";
  return new Map(
    [...block.matchAll(/(--[\w-]+): oklch\(([^)]+)\)/g)].map(([, name = "", value = ""]) => [
      name,
      value,
    ]),
  );
}

/** Relative luminance (WCAG 2.2) of an opaque OKLCH colour; the matrices are Ottosson's. */
function luminance(value: string | undefined): number {
  const [l = 0, c = 0, h = 0] = (value ?? "").split(" ").map(Number);
  const a = c * Math.cos((h * Math.PI) / 180);
  const b = c * Math.sin((h * Math.PI) / 180);
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const middle = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short;
  const green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short;
  const blue = -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short;
  const cut = (channel: number) => Math.min(Math.max(channel, 0), 1);
  return 0.2126 * cut(red) + 0.7152 * cut(green) + 0.0722 * cut(blue);
}

function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

describe.each(["light", "dark"] as const)("the %s theme", (theme) => {
  const tokens = tokensOf(theme);
  const pairs = (names: string[]) =>
    names.flatMap((name) => BACKGROUNDS.map((background) => [name, background] as const));

  test.each(pairs(TEXTS))("shows %s on %s at 4.5 to 1", (text, background) => {
    const ratio = contrast(luminance(tokens.get(text)), luminance(tokens.get(background)));

    expect(ratio).toBeGreaterThanOrEqual(4.5);
  });

  test.each(pairs(MARKS))("shows %s on %s at 3 to 1", (mark, background) => {
    const ratio = contrast(luminance(tokens.get(mark)), luminance(tokens.get(background)));

    expect(ratio).toBeGreaterThanOrEqual(3);
  });

  test("shows a warning on its own background at 4.5 to 1", () => {
    const ratio = contrast(luminance(tokens.get("--warn")), luminance(tokens.get("--warn-bg")));

    expect(ratio).toBeGreaterThanOrEqual(4.5);
  });
});
