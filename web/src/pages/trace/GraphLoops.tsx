import type { CallGraph } from "../../model/graph";
import { type GraphLoop, loopName } from "../../model/graphLoops";

interface GraphLoopsProps {
  graph: CallGraph;
  chosen: GraphLoop | null;
  nameOf: (id: string) => string;
  onChoose: (loop: GraphLoop | null) => void;
}

/** More are in the picture, but not named above it. */
const MOST_LOOPS = 8;

/** What went round, by name, calls first; a click shows where. */
export function GraphLoops({ graph, chosen, nameOf, onChoose }: GraphLoopsProps) {
  const { loops, nodes } = graph;
  if (loops.length === 0) return null;
  const ranked = loops.toSorted((a, b) => a.type.localeCompare(b.type) || b.rounds - a.rounds);
  const rest = ranked.length - MOST_LOOPS;
  const groups = new Map(nodes.map(({ id, group }) => [id, group]));
  const isOne = new Set(groups.values()).size === 1;
  return (
    <ul className="graph-loops" aria-label="Loops">
      {ranked.slice(0, MOST_LOOPS).map((loop) => {
        const [first = ""] = loop.nodes;
        const group = groups.get(first) ?? "";
        return (
          <li key={`${loop.type} ${loop.nodes.join()}`}>
            <button
              type="button"
              className="graph-loop number"
              aria-pressed={loop === chosen}
              title={loop.type === "calls" ? "Calls that lead back" : "Steps that take turns"}
              onClick={() => onChoose(loop === chosen ? null : loop)}
            >
              <span aria-hidden="true">↻ </span>
              {loop.type === "steps" && group !== first && !isOne && <i>{nameOf(group)}: </i>}
              {loopName(loop, nameOf)}
            </button>
          </li>
        );
      })}
      {rest > 0 && <li className="graph-loops-rest number">{rest} more loops</li>}
    </ul>
  );
}
