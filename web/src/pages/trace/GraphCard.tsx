import type { CallGraph, GraphNode, Sums } from "../../model/graph";
import type { Kind } from "../../model/kinds";
import type { Frame } from "../../model/graphPlaces";
import type { GraphBox, GraphRow } from "../../model/graphView";
import {
  exactly,
  figureOf,
  figuresOf,
  type Measure,
  measured,
  sharedWith,
} from "../../model/graphWords";
import { counted, formatCount, formatExact } from "../../model/format";
import { Button } from "../../ui/Button";
import { KindGlyph } from "../../ui/KindGlyph";
import { GraphBrackets } from "./GraphBrackets";
import "./GraphCard.css";

interface GraphCardProps {
  graph: CallGraph;
  box: GraphBox;
  frame: Frame;
  measure: Measure;
  /** What the bar of the longest row stands for. */
  most: number;
  lit: ReadonlySet<string> | null;
  /** The node of the selected span, and its row where that is here. */
  selected: GraphNode | undefined;
  row: string | null;
  boxOf: (nodeId: string) => string;
  onChoose: (node: GraphNode) => void;
  onMore: (restId: string) => void;
  onFold: (isOpen: boolean) => void;
  onTell: (text: string) => void;
  /** It is pointed at, or no longer. */
  onPoint: (boxId: string | null) => void;
}

/** An agent and, unless it is folded, its models and tools with a bar each. */
export function GraphCard(props: GraphCardProps) {
  const { graph, box, frame, lit, selected, boxOf, onFold } = props;
  const { head, rows } = box;
  const isHere = selected !== undefined && boxOf(selected.id) === box.id;
  const isLit = lit === null || [...lit].some((id) => boxOf(id) === box.id);
  const { x, y, width, height } = frame;
  return (
    <section
      className="graph-card"
      aria-label={head?.name ?? "More agents"}
      data-kind={head?.kind ?? "agent"}
      data-selected={isHere}
      data-dim={!isLit}
      data-rest={head === null}
      style={{ transform: `translate(${x}px, ${y}px)`, width, height }}
      onPointerEnter={() => props.onPoint(box.id)}
      onPointerLeave={() => props.onPoint(null)}
    >
      <Head {...props} />
      {head && box.parts > 0 && (
        <Fold
          isOpen={rows.length > 0}
          what={`${head.name}, ${counted(box.parts, "part")}`}
          onFold={onFold}
        />
      )}
      {rows.length > 0 && (
        <ul>
          {rows.map((row) => (
            <Row key={row.id} {...props} row={row} isSelected={isHere && row.id === props.row} />
          ))}
        </ul>
      )}
      <GraphBrackets rows={rows} loops={graph.loops} />
    </section>
  );
}

interface FoldProps {
  isOpen: boolean;
  what: string;
  onFold: (isOpen: boolean) => void;
}

function Fold({ isOpen, what, onFold }: FoldProps) {
  return (
    <Button
      className="graph-fold"
      icon={isOpen ? "down" : "right"}
      aria-expanded={isOpen}
      aria-label={`${isOpen ? "Fold" : "Unfold"} ${what}`}
      onClick={() => onFold(!isOpen)}
    />
  );
}

function Head({ box, selected, onChoose, onMore, onTell }: GraphCardProps) {
  const { head, sums } = box;
  const name = head ? head.name : `${formatExact(box.heads)} more agents`;
  const text = `${head ? `${head.kind} ${name}` : name}: ${exactly(sums)}`;
  return (
    <button
      type="button"
      className="graph-head graph-node"
      aria-label={`${head ? `${head.kind} ` : ""}${name}: ${figuresOf(sums)}`}
      aria-pressed={head !== null && selected === head}
      {...telling(onTell, text)}
      onClick={() => (head ? onChoose(head) : onMore(box.id))}
    >
      <span>
        <KindGlyph kind={head?.kind ?? "agent"} />
        <b className="cut">{name}</b>
      </span>
      <small className="number cut" data-failed={sums.errors > 0}>
        {head ? figuresOf(sums) : `${figuresOf(sums)} · show`}
      </small>
    </button>
  );
}

interface RowProps extends Omit<GraphCardProps, "row"> {
  row: GraphRow;
  isSelected: boolean;
}

function Row({ row, ...props }: RowProps) {
  const { node, sums } = row;
  const { graph, lit } = props;
  if (!node) {
    const name = `${formatExact(row.nodes)} more`;
    return (
      <Line {...props} sums={sums} name={name} tells="" onClick={() => props.onMore(row.id)} />
    );
  }
  const others = sharedWith(graph, node);
  return (
    <Line
      {...props}
      sums={sums}
      kind={node.kind}
      name={node.name}
      tells={others.length > 0 ? ` · also in ${others.join(", ")}` : ""}
      isDim={lit !== null && !lit.has(node.id)}
      onClick={() => props.onChoose(node)}
    />
  );
}

interface LineProps extends Pick<GraphCardProps, "measure" | "most" | "onTell"> {
  sums: Sums;
  /** None for several together. */
  kind?: Kind;
  name: string;
  /** What is told of it beside its figures. */
  tells: string;
  isDim?: boolean;
  isSelected: boolean;
  onClick: () => void;
}

function Line({ sums, kind, name, measure, most, isDim, isSelected, ...props }: LineProps) {
  const share = Math.min(Math.max(measured(sums, measure) / most, 0.01), 1);
  const named = kind ? `${kind} ${name}` : name;
  return (
    <li>
      <button
        type="button"
        className="graph-row graph-node"
        data-kind={kind ?? "other"}
        data-dim={isDim}
        aria-label={`${named}: ${figuresOf(sums)}`}
        aria-pressed={isSelected}
        {...telling(props.onTell, `${named}: ${exactly(sums)}${props.tells}`)}
        onClick={props.onClick}
      >
        <i style={{ width: `${share * 100}%` }} />
        {kind ? <KindGlyph kind={kind} /> : <span className="graph-rest-mark">+</span>}
        <span className="cut">{name}</span>
        {kind && measure !== "calls" && (
          <small className="number">{formatCount(sums.count)}×</small>
        )}
        {sums.errors > 0 && <small className="graph-failed number">✕{sums.errors}</small>}
        <b className="number">{figureOf(sums, measure)}</b>
      </button>
    </li>
  );
}

function telling(onTell: (text: string) => void, text: string) {
  const tell = () => onTell(text);
  const hush = () => onTell("");
  return { onPointerEnter: tell, onPointerLeave: hush, onFocus: tell, onBlur: hush };
}
