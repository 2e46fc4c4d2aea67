import type { ReactNode } from "react";
import type { ComparedTrace, Comparison } from "../../api/compare";
import { differing } from "../../model/compareWords";
import { change, counted, formatChange, nameOr } from "../../model/format";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import { Duration } from "../../ui/Duration";
import { Money } from "../../ui/Money";
import { StatusDot } from "../../ui/StatusDot";
import { Tokens } from "../../ui/Tokens";
import { TraceLink } from "../list/TraceLink";
import type { CompareAddress } from "./useCompareAddress";
import "./CompareHead.css";

interface CompareHeadProps {
  address: CompareAddress;
  comparison: Comparison;
  onStep: (by: 1 | -1) => void;
}

/** Both sides in a line each, and whether they are equal or where they part. */
export function CompareHead({ address, comparison, onStep }: CompareHeadProps) {
  const { first, second, divergence, rows } = comparison;
  const count = differing(rows).length;
  return (
    <header className="compare-head">
      <dl className="compare-sides">
        <Side name="First" side={first} />
        <Side name="Second" side={second} beside={first} />
      </dl>
      <div className="compare-tools">
        <p className="compare-verdict" role="status">
          {divergence ? divergence.says : equalWords(comparison)}
        </p>
        {divergence && (
          <>
            <Button
              variant="outlined"
              title="Where they first differ"
              onClick={() => address.select(divergence.row)}
            >
              Show it
            </Button>
            <span className="compare-count">
              {counted(count, "step")} {count === 1 ? "differs" : "differ"}
            </span>
            <Button icon="up" aria-label="Previous difference (N)" onClick={() => onStep(-1)} />
            <Button icon="down" aria-label="Next difference (n)" onClick={() => onStep(1)} />
          </>
        )}
        {second.trace_id !== "" && (
          <Button title="The other way round (s)" onClick={address.swap}>
            Swap
          </Button>
        )}
        <Button onClick={() => address.choose(null)}>With another…</Button>
      </div>
    </header>
  );
}

function equalWords({ second }: Comparison): string {
  return second.trace_id === ""
    ? "It has the steps that are usual."
    : "Equal: the same steps, given the same and saying the same.";
}

interface SideProps {
  name: string;
  side: ComparedTrace;
  /** With which the figures are compared. */
  beside?: ComparedTrace;
}

function Side({ name, side, beside }: SideProps) {
  const title = nameOr(side.name, side.trace_id);
  return (
    <div>
      <dt>{name}</dt>
      <dd className="compare-name">
        {side.trace_id === "" ? (
          <span className="cut">Usual of {counted(side.traces, "trace")}</span>
        ) : (
          <TraceLink traceId={side.trace_id} className="cut">
            {title} <span className="mono">{side.trace_id.slice(0, 8)}</span>
          </TraceLink>
        )}
        {side.status !== "ok" && <StatusDot status={side.status} word />}
      </dd>
      <dd className="compare-age">{side.start !== null && <Age time={side.start} ago />}</dd>
      <Figure moved={beside && change(side.duration_ns, beside.duration_ns)}>
        <Duration ns={side.duration_ns} />
      </Figure>
      <Figure moved={beside && moved(side.total_cost, beside.total_cost)}>
        <Money dollars={side.total_cost} />
      </Figure>
      <Figure>
        <Tokens input={side.input_tokens} output={side.output_tokens} hasOutput />
      </Figure>
      <Figure>{counted(side.span_count, "span")}</Figure>
    </div>
  );
}

function Figure(props: { moved?: number | null | undefined; children: ReactNode }) {
  const said = props.moved ? formatChange(props.moved) : "";
  return (
    <dd className="compare-figure number">
      {props.children}
      {said !== "" && <small>{said}</small>}
    </dd>
  );
}

function moved(now: string | null, before: string | null): number | null {
  return now === null || before === null ? null : change(Number(now), Number(before));
}
