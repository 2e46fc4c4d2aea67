import { useEffect, useState } from "react";
import type { TraceSpan } from "../../api/traces";
import { findSpans } from "../../model/search";
import type { Tree } from "../../model/tree";

type TextsOf = (span: TraceSpan) => readonly string[];

interface Found {
  tree: Tree<TraceSpan> | null;
  pattern: RegExp | null;
  textsOf: TextsOf | null;
  positions: readonly number[];
}

/** Spans searched at a time, … */
const SLICE = 500;
/** … and how long without a pause. */
const SLICES_MS = 8;
const NOTHING: Found = { tree: null, pattern: null, textsOf: null, positions: [] };

/** Positions of all spans that hold the pattern, null until all were searched; done in slices so that nothing freezes. */
export function useFound(
  tree: Tree<TraceSpan>,
  pattern: RegExp | null,
  textsOf: TextsOf,
): readonly number[] | null {
  const [found, setFound] = useState(NOTHING);
  useEffect(() => {
    if (!pattern) return;
    const positions: number[] = [];
    let at = 0;
    const search = () => {
      const begunMs = performance.now();
      while (at < tree.spans.length && performance.now() - begunMs < SLICES_MS) {
        positions.push(...findSpans(tree, pattern, textsOf, [at, at + SLICE]));
        at += SLICE;
      }
      if (at < tree.spans.length) timer = setTimeout(search);
      else setFound({ tree, pattern, textsOf, positions });
    };
    let timer = setTimeout(search);
    return () => clearTimeout(timer);
  }, [tree, pattern, textsOf]);
  const isOfThis = found.tree === tree && found.pattern === pattern && found.textsOf === textsOf;
  return isOfThis ? found.positions : null;
}
