import { durationFigure } from "../model/format";
import { FigureText } from "./FigureText";

/** A duration; a dash while it has not ended. */
export function Duration({ ns }: { ns: number | null }) {
  return ns === null ? <span className="unit">–</span> : <FigureText figure={durationFigure(ns)} />;
}
