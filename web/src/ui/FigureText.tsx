import type { Figure } from "../model/format";

/** A number with its unit dim and small beside it. */
export function FigureText({ figure }: { figure: Figure }) {
  return (
    <span className="number">
      {figure.value}
      <span className="unit">{figure.unit}</span>
    </span>
  );
}
