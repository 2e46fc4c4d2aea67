import { useEffect, useState } from "react";
import type { TraceSpan } from "../../api/traces";
import { findSpans } from "../../model/search";
import type { Tree } from "../../model/tree";
import { searchedTexts } from "./searchedTexts";

interface Found {
  tree: Tree<TraceSpan> | null;
  pattern: RegExp | null;
  positions: readonly number[];
}

/** Spans searched without a pause: a few milliseconds. */
const SLICE = 4000;
const NOTHING: Found = { tree: null, pattern: null, positions: [] };

/** Positions of all spans that hold the pattern, null until all were searched; done in slices so that nothing freezes. */
export function useFound(tree: Tree<TraceSpan>, pattern: RegExp | null): readonly number[] | null {
  const [found, setFound] = useState(NOTHING);
  useEffect(() => {
    if (!pattern) return;
    const positions: number[] = [];
    let at = 0;
    const search = () => {
      positions.push(...findSpans(tree, pattern, searchedTexts, [at, at + SLICE]));
      at += SLICE;
      if (at < tree.spans.length) timer = setTimeout(search);
      else setFound({ tree, pattern, positions });
    };
    let timer = setTimeout(search);
    return () => clearTimeout(timer);
  }, [tree, pattern]);
  return found.tree === tree && found.pattern === pattern ? found.positions : null;
}
