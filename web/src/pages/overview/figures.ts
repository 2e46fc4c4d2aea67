import { durationFigure, type Figure } from "../../model/format";

/** A figure that is one word. */
export function plain(value: string): Figure {
  return { value, unit: "" };
}

/** A duration; a dash where there was none. */
export function durationOr(ns: number | null): Figure {
  return ns === null ? plain("–") : durationFigure(ns);
}
