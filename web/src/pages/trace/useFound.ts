import { useMemo } from "react";
import type { TraceSpan } from "../../api/traces";
import { findSpans } from "../../model/search";
import type { Tree } from "../../model/tree";
import { useSliced } from "../../ui/useSliced";

/** Positions of all spans that hold the pattern, null until all were searched. */
export function useFound(
  tree: Tree<TraceSpan>,
  pattern: RegExp | null,
  textsOf: (span: TraceSpan) => readonly string[],
): readonly number[] | null {
  const begin = useMemo(
    () => (pattern ? () => findSpans(tree, pattern, textsOf) : null),
    [tree, pattern, textsOf],
  );
  const { result, isLate } = useSliced(begin);
  return isLate ? null : result;
}
