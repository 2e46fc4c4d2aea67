import { useEffect, useEffectEvent, useMemo, useState } from "react";
import type { CallGraph, GraphNode } from "../../model/graph";
import type { GraphLoop } from "../../model/graphLoops";
import { graphSize, placed } from "../../model/graphPlaces";
import { type GraphFolds, graphView, nextOfRest, NO_GRAPH_FOLDS } from "../../model/graphView";
import { type Measure, measured } from "../../model/graphWords";
import { Button } from "../../ui/Button";
import { usePanZoom } from "../../ui/usePanZoom";
import { GraphArrows } from "./GraphArrows";
import { GraphCard } from "./GraphCard";
import { GraphLoops } from "./GraphLoops";

interface GraphPictureProps {
  graph: CallGraph;
  measure: Measure;
  /** The node of the selected span. */
  selected: GraphNode | undefined;
  /** Nodes whose names are searched; null without a search. */
  found: readonly GraphNode[] | null;
  foundAt: number;
  onChoose: (node: GraphNode) => void;
}

/** Agents as cards with their models and tools, and the calls between them. */
export function GraphPicture(props: GraphPictureProps) {
  const { graph, measure, selected, found, foundAt, onChoose } = props;
  const [folds, setFolds] = useState<GraphFolds>(NO_GRAPH_FOLDS);
  const [told, setTold] = useState("");
  const [pointed, setPointed] = useState<string | null>(null);
  const [loop, setLoop] = useState<GraphLoop | null>(null);
  const picture = useMemo(() => {
    const view = graphView(graph, folds);
    const frames = placed(view.boxes, view.places);
    return { ...view, frames, size: graphSize(frames.values()) };
  }, [graph, folds]);
  const { boxes, frames, boxOf, size } = picture;
  const { view, plane, ...camera } = usePanZoom(size, graph);
  const nameOf = useMemo(() => {
    const names = new Map(graph.nodes.map(({ id, name }) => [id, name]));
    return (id: string) => names.get(id) ?? "";
  }, [graph]);
  const mostOfRow = useMemo(() => mostOf(boxes, measure), [boxes, measure]);
  const lit = useMemo(() => {
    if (loop) return new Set(loop.nodes);
    return found ? new Set(found.map(({ id }) => id)) : null;
  }, [loop, found]);

  const want = (ids: readonly string[]) => setFolds((before) => wanting(before, graph, ids));
  const sought = found?.[foundAt];
  const seek = useEffectEvent((id: string) => {
    const frame = frames.get(boxOf(id));
    if (frame) camera.centre(frame);
  });
  const [lastSought, setLastSought] = useState<GraphNode>();
  if (sought !== lastSought) {
    setLastSought(sought);
    if (sought) setFolds(wanting(folds, graph, [sought.id]));
  }
  // Once it has a place.
  useEffect(() => {
    if (sought) seek(sought.id);
  }, [sought, frames]);
  const chooseLoop = (next: GraphLoop | null) => {
    setLoop(next);
    if (next) want(next.nodes);
  };

  return (
    <>
      <GraphLoops {...{ nameOf }} graph={graph} chosen={loop} onChoose={chooseLoop} />
      <div
        ref={view}
        className="graph-view"
        tabIndex={0}
        role="group"
        aria-label="Graph; arrow keys move it, plus and minus zoom, 0 shows all of it"
        {...camera.handlers}
        onFocus={({ target }) => {
          if (target !== view.current && target.matches(":focus-visible")) camera.reveal(target);
        }}
      >
        <div ref={plane} className="graph-plane" style={size}>
          <GraphArrows {...{ picture, measure, lit, loop, pointed, nameOf }} onTell={setTold} />
          {boxes.map((box) => {
            const frame = frames.get(box.id);
            return (
              frame && (
                <GraphCard
                  key={box.id}
                  {...{ graph, box, frame, measure, lit, selected, boxOf }}
                  row={
                    selected && boxOf(selected.id) === box.id ? picture.rowOf(selected.id) : null
                  }
                  most={mostOfRow}
                  onChoose={onChoose}
                  onMore={(rest) => want(nextOfRest(graph, picture, rest))}
                  onFold={(isOpen) => setFolds((before) => folding(before, box.id, isOpen))}
                  onTell={setTold}
                  onPoint={setPointed}
                />
              )
            );
          })}
        </div>
        <div className="graph-controls" role="group" aria-label="Zoom">
          <Button icon="plus" aria-label="Nearer (+)" onClick={() => camera.zoom(1)} />
          <Button icon="minus" aria-label="Farther (−)" onClick={() => camera.zoom(-1)} />
          <Button icon="whole" aria-label="All of it (0)" onClick={camera.fit} />
        </div>
        {told !== "" && <p className="graph-told number">{told}</p>}
      </div>
    </>
  );
}

function mostOf(boxes: ReturnType<typeof graphView>["boxes"], measure: Measure): number {
  let most = 0;
  for (const { rows } of boxes) {
    for (const { node } of rows) if (node) most = Math.max(most, measured(node, measure));
  }
  return most || 1;
}

/** These nodes are drawn, and the agents open that they are parts of. */
function wanting(folds: GraphFolds, graph: CallGraph, ids: readonly string[]): GraphFolds {
  const [wanted, opened] = [new Set(folds.wanted), new Set(folds.opened)];
  const closed = new Set(folds.closed);
  const asked = new Set(ids);
  for (const { id, group } of graph.nodes) {
    if (!asked.has(id)) continue;
    wanted.add(id).add(group);
    if (id === group) continue;
    opened.add(group);
    closed.delete(group);
  }
  return { wanted, opened, closed };
}

function folding(folds: GraphFolds, id: string, isOpen: boolean): GraphFolds {
  const [opened, closed] = [new Set(folds.opened), new Set(folds.closed)];
  (isOpen ? opened : closed).add(id);
  (isOpen ? closed : opened).delete(id);
  return { ...folds, opened, closed };
}
