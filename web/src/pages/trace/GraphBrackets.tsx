import type { GraphLoop } from "../../model/graphLoops";
import { HEAD, ROW } from "../../model/graphPlaces";
import type { GraphRow } from "../../model/graphView";

interface GraphBracketsProps {
  rows: readonly GraphRow[];
  loops: readonly GraphLoop[];
}

const STEP = 5;
const REACH = 9;
/** More cannot be told apart beside one card. */
const MOST = 3;

/** Lines that tie together the rows of a card that went round. */
export function GraphBrackets({ rows, loops }: GraphBracketsProps) {
  const placeOf = new Map(rows.map(({ node }, at) => [node?.id ?? "", at]));
  const tied = loops
    .map(({ nodes, rounds }) => ({
      rounds,
      places: nodes.flatMap((id) => placeOf.get(id) ?? []).sort((a, b) => a - b),
    }))
    .filter(({ places }) => places.length > 1)
    .slice(0, MOST);
  if (tied.length === 0) return null;
  const height = HEAD + rows.length * ROW;
  return (
    <svg className="graph-brackets" width="40" height={height} aria-hidden="true">
      {tied.map(({ places, rounds }, nth) => {
        const x = REACH + nth * STEP;
        const ys = places.map((place) => HEAD + (place + 0.5) * ROW);
        const [top = 0, bottom = 0] = [ys[0], ys.at(-1)];
        const ticks = ys.slice(1, -1).map((y) => `M0 ${y}H${x}`);
        return (
          <g key={places.join()}>
            <path
              d={`M2 ${top}H${x - 4}Q${x} ${top} ${x} ${top + 4}V${bottom - 4}Q${x} ${bottom} ${x - 4} ${bottom}H2${ticks.join("")}`}
            />
            <text x={x + 3} y={top + ROW / 2 + 4 + nth * 13} className="number">
              ×{rounds}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
