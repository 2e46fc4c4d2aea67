import { type KeyboardEvent, useRef } from "react";
import { formatExact } from "../../model/format";
import type { GraphNode } from "../../model/graph";
import { type Measure, MEASURES } from "../../model/graphWords";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Segments } from "../../ui/Segments";
import { useHotkeys } from "../../ui/useHotkeys";
import "./TreeTools.css";
import "./GraphTools.css";

export const GRAPH_SHAPES = ["picture", "table"] as const;
type GraphShape = (typeof GRAPH_SHAPES)[number];

interface GraphToolsProps {
  measure: Measure;
  shape: GraphShape;
  query: string;
  /** How many nodes hold it, and which of them is shown; null without a query. */
  found: { count: number; at: number } | null;
  /** The node of the selected span. */
  node: GraphNode | undefined;
  selected: number;
  onMeasure: (measure: Measure) => void;
  onShape: (shape: GraphShape) => void;
  onQuery: (query: string) => void;
  onFound: (by: 1 | -1) => void;
  onStep: (by: 1 | -1) => void;
}

const MEASURE_NAMES: Record<Measure, string> = { calls: "Calls", time: "Time", cost: "Cost" };

/** Find an agent or a tool, choose what is drawn thick, and step through the spans of what is selected. */
export function GraphTools(props: GraphToolsProps) {
  const { query, found, onQuery, onFound } = props;
  const input = useRef<HTMLInputElement>(null);
  useHotkeys({ "/": () => input.current?.focus() });
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter") onFound(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") {
      onQuery("");
      input.current?.blur();
    } else return;
    event.preventDefault();
  };
  return (
    <div className="tree-tools">
      <Icon name="search" />
      <input
        ref={input}
        aria-label="Find in this graph"
        placeholder="Find an agent, a model or a tool"
        spellCheck={false}
        value={query}
        onChange={(event) => onQuery(event.target.value)}
        onKeyDown={press}
      />
      {found && (
        <span className="tree-matches number" role="status">
          {found.count === 0
            ? "none"
            : `${formatExact(found.at + 1)} of ${formatExact(found.count)}`}
        </span>
      )}
      <Stepper {...props} />
      <Segments
        label="What is thick"
        choices={MEASURES}
        chosen={props.measure}
        nameOf={(measure) => MEASURE_NAMES[measure]}
        onChoose={props.onMeasure}
      />
      <Segments
        label="Shape"
        choices={GRAPH_SHAPES}
        chosen={props.shape}
        nameOf={(shape) => (shape === "picture" ? "Graph" : "Table")}
        onChoose={props.onShape}
      />
    </div>
  );
}

/** Which span of its node is selected, and the ways to its neighbours. */
function Stepper({ node, selected, onStep }: GraphToolsProps) {
  const place = node?.positions.indexOf(selected) ?? -1;
  if (!node || place < 0 || node.positions.length === 1) return null;
  return (
    <span className="graph-stepper" role="group" aria-label={`Spans of ${node.name}`}>
      <Button icon="left" aria-label="Span before ([)" onClick={() => onStep(-1)} />
      <span className="number" role="status">
        {formatExact(place + 1)} of {formatExact(node.positions.length)}
      </span>
      <Button icon="right" aria-label="Next span (])" onClick={() => onStep(1)} />
    </span>
  );
}
