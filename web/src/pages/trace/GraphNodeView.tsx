import type { KeyboardEvent } from "react";
import type { GraphNode } from "../../model/graph";
import type { Point } from "../../model/graphPlaces";
import { KindGlyph } from "../../ui/KindGlyph";
import "./GraphNodeView.css";

interface GraphNodeViewProps {
  node: GraphNode;
  place: Point;
  box: { width: number; height: number };
  /** How often, how long, for how much. */
  figures: string;
  /** Of the time of the slowest node. */
  share: number;
  isSelected: boolean;
  onChoose: () => void;
}

/** One agent, model or tool; a bar below it shows its time beside the slowest one's. */
export function GraphNodeView(props: GraphNodeViewProps) {
  const { node, place, box, figures, share, isSelected, onChoose } = props;
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    onChoose();
  };
  return (
    <g
      className="graph-node"
      role="button"
      tabIndex={0}
      aria-label={`${node.kind} ${node.name}: ${figures}`}
      aria-pressed={isSelected}
      data-kind={node.kind}
      transform={`translate(${place.x} ${place.y})`}
      onClick={onChoose}
      onKeyDown={press}
    >
      <title>{`${node.name}\n${figures}`}</title>
      <rect className="graph-box" width={box.width} height={box.height} rx="6" />
      <rect
        className="graph-share"
        x="6"
        y={box.height - 4}
        width={Math.max(share * (box.width - 12), 2)}
        height="2"
      />
      <foreignObject width={box.width} height={box.height - 3}>
        <div className="graph-text">
          <div>
            <KindGlyph kind={node.kind} />
            <b className="cut">{node.name}</b>
          </div>
          <span className="number cut" data-failed={node.errors > 0}>
            {figures}
          </span>
        </div>
      </foreignObject>
    </g>
  );
}
