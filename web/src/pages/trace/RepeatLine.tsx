import type { TraceSpan } from "../../api/traces";
import { counted, formatExact, nameOr } from "../../model/format";
import { drawn, type TimeScale } from "../../model/gaps";
import type { Repeat } from "../../model/rows";
import { barBox, type TimeWindow } from "../../model/timeAxis";
import { Duration } from "../../ui/Duration";
import { Icon } from "../../ui/Icon";
import { KindGlyph } from "../../ui/KindGlyph";
import { Money } from "../../ui/Money";
import { indent } from "./SpanLine";

interface RepeatLineProps {
  /** The first of them. */
  span: TraceSpan;
  repeat: Repeat;
  isOpen: boolean;
  isSelected: boolean;
  depth: number;
  top: number;
  window: TimeWindow;
  scale: TimeScale;
  heatStep: number | null;
  onSelect: () => void;
  onToggle: () => void;
}

/** Many siblings of one name in one row: `search × 412`. */
export function RepeatLine(props: RepeatLineProps) {
  const { span, repeat, isOpen, depth, top, heatStep } = props;
  const name = nameOr(span.name, span.span_id);
  const count = repeat.positions.length;
  return (
    <div
      id={isOpen ? undefined : `span-${span.span_id}`}
      className="span-line"
      role="treeitem"
      aria-label={`${name} × ${formatExact(count)}`}
      aria-level={depth + 1}
      aria-selected={props.isSelected}
      aria-expanded={isOpen}
      style={{ transform: `translateY(${top}px)` }}
      onClick={isOpen ? props.onToggle : props.onSelect}
    >
      <span className="span-name" style={{ paddingLeft: indent(depth) }}>
        <button
          type="button"
          tabIndex={-1}
          className="span-fold"
          aria-label={`${isOpen ? "Fold" : "Unfold"} ${counted(count, "span")}`}
          onClick={(event) => {
            event.stopPropagation();
            props.onToggle();
          }}
        >
          <Icon name={isOpen ? "down" : "right"} />
        </button>
        <KindGlyph kind={span.kind} />
        <span className="cut" title={span.name}>
          {name}
        </span>
        <b className="span-times number">× {formatExact(count)}</b>
        {repeat.errors > 0 && <span className="span-failures">{repeat.errors} failed</span>}
      </span>
      <span className="span-duration" title="All of them together">
        <Duration ns={repeat.workNs} />
      </span>
      <span className="span-self" />
      <span className="span-tokens" />
      <span className="span-cost">
        <Money dollars={repeat.cost === null ? null : String(repeat.cost)} />
      </span>
      <span className="span-lane">
        {!isOpen && <Busy {...props} kind={span.kind} heatStep={heatStep} />}
      </span>
    </div>
  );
}

function Busy(props: RepeatLineProps & { kind: TraceSpan["kind"] }) {
  const { repeat, window, scale, kind, heatStep } = props;
  return repeat.busy.map(({ startNs, endNs }) => {
    const box = barBox(window, drawn(scale, startNs), drawn(scale, endNs));
    return (
      box && (
        <span
          key={startNs}
          className="span-critical"
          data-kind={kind}
          data-heat={heatStep ?? undefined}
          data-status="ok"
          style={{ left: `${box.left}%`, width: `${box.width}%` }}
        />
      )
    );
  });
}
