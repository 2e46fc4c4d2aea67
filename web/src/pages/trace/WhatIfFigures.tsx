import type { ReactNode } from "react";
import type { TraceSpan } from "../../api/traces";
import { change, counted, formatChange, formatShare } from "../../model/format";
import type { Bottleneck } from "../../model/story";
import type { Outcome } from "../../model/whatIf";
import { Duration } from "../../ui/Duration";
import { Money } from "../../ui/Money";
import "./WhatIfFigures.css";

interface WhatIfFiguresProps {
  before: Outcome<TraceSpan>;
  after: Outcome<TraceSpan>;
  isPending: boolean;
}

/** Time, cost and bottleneck: what was, what would be, and the difference. */
export function WhatIfFigures({ before, after, isPending }: WhatIfFiguresProps) {
  const isSame = before === after;
  return (
    <dl className="whatif-figures" aria-label="Before and after" aria-busy={isPending}>
      <Figure
        name="Total time"
        was={<Duration ns={before.durationNs} />}
        is={isSame ? null : <Duration ns={after.durationNs} />}
        moved={change(after.durationNs, before.durationNs)}
      />
      <Figure
        name="Cost"
        was={<Cost of={before} />}
        is={isSame ? null : <Cost of={after} />}
        moved={change(after.cost, before.cost)}
      />
      <Figure
        name="Bottleneck"
        was={<Narrow of={before.bottleneck} />}
        is={isSame ? null : <Narrow of={after.bottleneck} />}
        moved={null}
      />
    </dl>
  );
}

interface FigureProps {
  name: string;
  was: ReactNode;
  /** Null while nothing is supposed. */
  is: ReactNode | null;
  moved: number | null;
}

function Figure({ name, was, is, moved }: FigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="whatif-was" title="As it was">
        {was}
      </dd>
      {is !== null && (
        <dd className="whatif-is" title="As it would be">
          {is}
        </dd>
      )}
      {is !== null && moved !== null && (
        <dd className="whatif-moved number">{formatChange(moved) || "the same"}</dd>
      )}
    </div>
  );
}

function Cost({ of: { cost, unpriced } }: { of: Outcome<TraceSpan> }) {
  return (
    <>
      <Money dollars={String(Number(cost.toFixed(12)))} />
      {unpriced > 0 && <small> and {counted(unpriced, "call")} without a price</small>}
    </>
  );
}

function Narrow({ of: bottleneck }: { of: Bottleneck | null }) {
  if (!bottleneck) return <>–</>;
  const { name, share, spans } = bottleneck;
  return (
    <>
      {spans > 1 && <span className="number">{spans} × </span>}
      {name} <span className="number unit">{formatShare(share)}</span>
    </>
  );
}
