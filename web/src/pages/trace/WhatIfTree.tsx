import { useMemo } from "react";
import type { TraceSpan } from "../../api/traces";
import { previousCalls } from "../../model/calls";
import { whereTheTimeWent } from "../../model/story";
import { originalId, type Outcome } from "../../model/whatIf";
import { SpanTree } from "./SpanTree";
import type { TraceModel } from "./traceModel";
import type { Selection } from "./useSelection";
import { useTreeRows } from "./useTreeRows";

interface WhatIfTreeProps {
  trace: TraceModel;
  before: Outcome<TraceSpan>;
  after: Outcome<TraceSpan>;
  /** Of the trace as it was. */
  selection: Selection;
}

const NO_TEXTS = () => [];

/** The waterfall as it would be, each span above what it was. */
export function WhatIfTree({ trace, before, after, selection }: WhatIfTreeProps) {
  const { tree, path, groups } = after;
  const supposed = useMemo(() => {
    let previous: ReadonlyMap<number, number> | null = null;
    const known = () => (previous ??= previousCalls(tree, groups.lastOf));
    return { ...trace, tree, path, groups, previous: known };
  }, [trace, tree, path, groups]);
  const story = useMemo(() => whereTheTimeWent(tree, path, groups), [tree, path, groups]);
  const chosen = before.tree.spans[selection.selected];
  const selected = chosen ? tree.positionOf(chosen.span_id) : -1;
  const choose = (position: number) => {
    const span = tree.spans[position];
    if (span) selection.select(before.tree.positionOf(originalId(span.span_id)));
  };
  const { rows, folds, select, toggle } = useTreeRows(supposed, selected, choose);
  return (
    <>
      {before !== after && story !== null && <p className="whatif-story">{story}</p>}
      <SpanTree
        trace={supposed}
        rows={rows}
        folds={folds}
        selected={selected}
        pattern={null}
        textsOf={NO_TEXTS}
        heat="off"
        {...(before === after ? {} : { before: before.tree })}
        onSelect={select}
        onToggle={toggle}
      />
    </>
  );
}
