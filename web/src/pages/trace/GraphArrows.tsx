import type { GraphLoop } from "../../model/graphLoops";
import { arrow, type Frame, type Point, turns } from "../../model/graphPlaces";
import type { GraphArrow, GraphView } from "../../model/graphView";
import { exactly, figureOf, type Measure, measured } from "../../model/graphWords";
import "./GraphArrows.css";

interface GraphArrowsProps {
  picture: GraphView & {
    frames: ReadonlyMap<string, Frame>;
    size: { width: number; height: number };
  };
  measure: Measure;
  /** Ids of the nodes that stand out; null while none do. */
  lit: ReadonlySet<string> | null;
  /** The loop that was chosen. */
  loop: GraphLoop | null;
  /** The box that is pointed at. */
  pointed: string | null;
  nameOf: (id: string) => string;
  onTell: (text: string) => void;
}

const LEAST_WIDTH = 1.25;
const MOST_WIDTH = 7;
const MOST_FIGURES = 14;

/** The calls between agents, as thick as they are many, long or dear; those that lead back are dashed. */
export function GraphArrows(props: GraphArrowsProps) {
  const { picture, measure, loop } = props;
  const { arrows, size } = picture;
  const sizes = arrows.map((one) => measured(one, measure));
  const most = Math.max(0, ...sizes) || 1;
  // In a thicket only those have figures that matter; the others tell theirs when they are pointed at.
  const least = sizes.toSorted((a, b) => b - a)[MOST_FIGURES - 1] ?? 0;
  const into = new Map<string, number>();
  const nth = (to: string) => {
    into.set(to, (into.get(to) ?? -1) + 1);
    return into.get(to) ?? 0;
  };
  return (
    <svg {...size} className="graph-arrows" role="presentation">
      <defs>
        {["arrow", "arrow-back"].map((id) => (
          <marker
            key={id}
            id={id}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="10"
            markerHeight="10"
            orient="auto-start-reverse"
            markerUnits="userSpaceOnUse"
          >
            <path d="M0 1l7 3-7 3z" />
          </marker>
        ))}
      </defs>
      {arrows.map((one) => (
        <Call
          key={one.id}
          {...props}
          arrow={one}
          nth={nth(one.to)}
          hasFigure={measured(one, measure) >= least}
          width={
            LEAST_WIDTH + (MOST_WIDTH - LEAST_WIDTH) * Math.sqrt(measured(one, measure) / most)
          }
        />
      ))}
      {loop?.type === "steps" && <Turns {...props} loop={loop} />}
    </svg>
  );
}

interface CallProps extends GraphArrowsProps {
  arrow: GraphArrow;
  nth: number;
  hasFigure: boolean;
  width: number;
}

function Call(props: CallProps) {
  const { arrow: call, nth, width, picture, pointed, nameOf, onTell } = props;
  const [from, to] = [picture.frames.get(call.from), picture.frames.get(call.to)];
  if (!from || !to) return null;
  const { path, label } = arrow(from, rowIndex(picture, call), to, nth);
  const [caller, called] = [call.from, call.to].map((id) => boxName(picture, id, nameOf));
  const text = `${caller ?? ""} → ${called ?? ""}: ${exactly(call)}`;
  const isLit = isArrowLit(props);
  return (
    <g
      className="graph-arrow"
      role="img"
      tabIndex={0}
      aria-label={text}
      data-back={call.isBack}
      data-dim={!isLit}
      onPointerEnter={() => onTell(text)}
      onPointerLeave={() => onTell("")}
      onFocus={() => onTell(text)}
      onBlur={() => onTell("")}
    >
      <path className="graph-arrow-room" d={path} />
      <path
        d={path}
        markerEnd={`url(#${call.isBack ? "arrow-back" : "arrow"})`}
        strokeWidth={width}
      />
      {(props.hasFigure || (pointed !== null && isLit)) && (
        <Figure {...props} at={{ x: label.x, y: label.y - width / 2 }} />
      )}
    </g>
  );
}

function Figure({ arrow: call, measure, at }: CallProps & { at: Point }) {
  return (
    <text {...at} className="number">
      {call.isBack && "↻ "}
      {figureOf(call, measure)}
      {call.errors > 0 && <tspan className="graph-failed"> ✕{call.errors}</tspan>}
    </text>
  );
}

/** Where in its box the row stands that calls; null where the box itself does. */
function rowIndex({ boxes }: GraphView, { from, row }: GraphArrow): number | null {
  const index = boxes.find(({ id }) => id === from)?.rows.findIndex(({ id }) => id === row) ?? -1;
  return index < 0 ? null : index;
}

function isArrowLit({ arrow: { from, to }, pointed, lit, picture }: CallProps): boolean {
  if (pointed !== null) return pointed === from || pointed === to;
  const isEndLit = (box: string) => [...(lit ?? [])].some((id) => picture.boxOf(id) === box);
  return lit === null || (isEndLit(from) && isEndLit(to));
}

interface TurnsProps extends GraphArrowsProps {
  loop: GraphLoop;
}

/** Agents that one caller asks in turns: the one that it comes back to, and the others. */
function Turns({ loop, picture }: TurnsProps) {
  const [hub = "", ...others] = [...new Set(loop.nodes.map(picture.boxOf))];
  const from = picture.frames.get(hub);
  return others.map((other) => {
    const to = picture.frames.get(other);
    if (!from || !to) return null;
    const { path, label } = turns(from, to);
    return (
      <g key={other} className="graph-arrow" data-back="true" aria-hidden="true">
        <path
          d={path}
          markerStart="url(#arrow-back)"
          markerEnd="url(#arrow-back)"
          strokeWidth={LEAST_WIDTH}
        />
        <text x={label.x} y={label.y} className="number">
          ↻ ×{loop.rounds}
        </text>
      </g>
    );
  });
}

function boxName({ boxes }: GraphView, id: string, nameOf: (id: string) => string): string {
  const box = boxes.find((one) => one.id === id);
  return box && !box.head ? `${box.heads} more agents` : nameOf(id);
}
