import { useCallback, useMemo, useState } from "react";
import type { TraceSpan } from "../../api/traces";
import { type CallGraph, callGraph, type GraphNode } from "../../model/graph";
import { MEASURES } from "../../model/graphWords";
import { searchPattern } from "../../model/search";
import type { Work } from "../../model/slices";
import type { Tree } from "../../model/tree";
import { Notice } from "../../ui/Notice";
import { useHotkeys } from "../../ui/useHotkeys";
import { useMedia } from "../../ui/useMedia";
import { useSliced } from "../../ui/useSliced";
import { useStored } from "../../ui/useStored";
import { Waiting } from "../../ui/Waiting";
import { GraphPicture } from "./GraphPicture";
import { GraphTable } from "./GraphTable";
import { GRAPH_SHAPES, GraphTools } from "./GraphTools";
import type { TraceModel } from "./traceModel";
import type { Selection } from "./useSelection";
import "./GraphLens.css";

interface GraphLensProps {
  trace: TraceModel;
  selection: Selection;
}

/** A graph, and the tree whose positions it names. */
interface Graphed {
  graph: CallGraph;
  tree: Tree<TraceSpan>;
}

function* graphed(tree: Tree<TraceSpan>): Work<Graphed> {
  return { graph: yield* callGraph(tree), tree };
}

/** Who called whom, as a picture and as a table. A click selects a node's span that took longest, then the next. */
export function GraphLens({ trace, selection }: GraphLensProps) {
  const { tree } = trace;
  const begin = useCallback(() => graphed(tree), [tree]);
  const { result } = useSliced(begin);
  if (tree.spans.length === 0) return <Notice title="There is nothing to draw" />;
  if (!result) return <Waiting rows={12} />;
  return <Graph {...result} now={tree} selection={selection} />;
}

interface GraphProps extends Graphed {
  /** The tree as it is by now. */
  now: Tree<TraceSpan>;
  selection: Selection;
}

function Graph({ graph, tree, now, selection }: GraphProps) {
  const [storedMeasure, storeMeasure] = useStored("graph measure", "time");
  const isNarrow = useMedia("(max-width: 720px)");
  const [storedShape, storeShape] = useStored("graph shape", isNarrow ? "table" : "picture");
  const measure = MEASURES.find((one) => one === storedMeasure) ?? "time";
  const shape = GRAPH_SHAPES.find((one) => one === storedShape) ?? "picture";
  const [query, setQuery] = useState("");
  const pattern = useMemo(() => searchPattern(query), [query]);
  const found = useMemo(
    () => (pattern ? graph.nodes.filter(({ name }) => pattern.test(name)) : null),
    [graph, pattern],
  );
  const [foundAt, setFoundAt] = useState(0);
  const selectedId = now.spans[selection.selected]?.span_id ?? "";
  const selected = tree.positionOf(selectedId);
  const node = graph.nodes[graph.nodeAt[selected] ?? -1];
  const select = (position: number | undefined) => {
    const id = tree.spans[position ?? -1]?.span_id;
    if (id !== undefined) selection.select(now.positionOf(id));
  };
  const choose = (chosen: GraphNode) => {
    const place = chosen.positions.indexOf(selected);
    const next = chosen.positions[(place + 1) % chosen.positions.length];
    select(place < 0 ? longest(tree, chosen) : next);
  };
  const step = (by: 1 | -1) => {
    if (!node) return;
    const { length } = node.positions;
    select(node.positions[(node.positions.indexOf(selected) + by + length) % length]);
  };
  useHotkeys({ "]": () => step(1), "[": () => step(-1) });
  const stepFound = (by: 1 | -1) => {
    if (!found || found.length === 0) return;
    setFoundAt((before) => (before + by + found.length) % found.length);
  };
  const shared = { graph, measure, selected: node, onChoose: choose };

  return (
    <div className="graph" role="group" aria-label="Call graph" tabIndex={-1}>
      <GraphTools
        {...{ measure, shape, query, node, selected }}
        found={found && { count: found.length, at: foundAt }}
        onMeasure={storeMeasure}
        onShape={storeShape}
        onQuery={(text) => {
          setQuery(text);
          setFoundAt(0);
        }}
        onFound={stepFound}
        onStep={step}
      />
      {shape === "table" ? (
        <GraphTable {...shared} pattern={pattern} />
      ) : (
        <GraphPicture {...shared} found={found} foundAt={foundAt} />
      )}
    </div>
  );
}

function longest(tree: Tree<TraceSpan>, { positions }: GraphNode): number {
  const durationOf = (at: number) => tree.spans[at]?.duration_ns ?? Infinity;
  return positions.reduce((best, at) => (durationOf(at) > durationOf(best) ? at : best));
}
