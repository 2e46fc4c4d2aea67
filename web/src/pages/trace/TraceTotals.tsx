import type { ReactNode } from "react";
import type { TraceRow } from "../../api/traces";
import { counted } from "../../model/format";
import { Duration } from "../../ui/Duration";
import { Money } from "../../ui/Money";
import { Tokens } from "../../ui/Tokens";

/** How long, how many tokens, how much, how many spans. */
export function TraceTotals({ trace }: { trace: TraceRow }) {
  return (
    <dl className="trace-totals">
      <Total name="Total time">
        <Duration ns={trace.duration_ns} />
      </Total>
      <Total name="Tokens">
        <Tokens
          input={trace.input_tokens}
          output={trace.output_tokens}
          hasOutput={trace.llm_count > 0}
        />
      </Total>
      <Total name="Cost">
        <Money dollars={trace.total_cost} />
      </Total>
      <Total name="Spans">
        <span className="number">{counted(trace.span_count, "span")}</span>
      </Total>
    </dl>
  );
}

function Total({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div title={name}>
      <dt className="unseen">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
