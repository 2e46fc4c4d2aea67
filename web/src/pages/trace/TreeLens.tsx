import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { previewsQuery, type TraceSpan } from "../../api/traces";
import { heatOf } from "../../model/heat";
import { nextOf, searchPattern } from "../../model/search";
import { useHighlight } from "../../ui/useHighlight";
import { useHotkeys } from "../../ui/useHotkeys";
import { searchedTexts } from "./searchedTexts";
import { SpanTree } from "./SpanTree";
import type { TraceModel } from "./traceModel";
import { TreeTools } from "./TreeTools";
import { useFound } from "./useFound";
import { useSaid } from "./useSaid";
import type { Selection } from "./useSelection";
import { useTreeRows } from "./useTreeRows";

interface LensProps {
  trace: TraceModel;
  selection: Selection;
}

const NO_PREVIEWS = new Map();

/** Tree and timeline: what ran inside of what, and when. */
export function TreeLens({ trace, selection }: LensProps) {
  const { project, traceId, tree } = trace;
  const { selected } = selection;
  const { heat } = useSearch({ from: "/p/$project/traces/$traceId" });
  const navigate = useNavigate({ from: "/p/$project/traces/$traceId" });
  const { rows, folds, setFolds, select, toggle } = useTreeRows(trace, selected, selection.select);
  const [query, setQuery] = useState("");
  const pattern = useMemo(() => searchPattern(query), [query]);
  const { data: previews, isError } = useQuery({
    ...previewsQuery(project, traceId),
    enabled: pattern !== null,
  });
  const said = useSaid(project, traceId, query);
  const textsOf = useCallback(
    (span: TraceSpan) =>
      said.has(span.span_id) ? [query] : searchedTexts(span, previews ?? NO_PREVIEWS),
    [previews, said, query],
  );
  // Without the previews, where they cannot be read, the rest is searched.
  const matches = useFound(tree, previews || isError ? pattern : null, textsOf);
  // A step that was asked for before all was searched.
  const awaited = useRef<1 | -1 | null>(null);
  useHighlight("sought", pattern);
  const stepMatch = (by: 1 | -1) => {
    if (!pattern) return;
    awaited.current = matches ? null : by;
    const next = nextOf(matches ?? [], selected, by);
    if (next >= 0) select(next);
  };
  const stepAwaited = useEffectEvent(() => {
    if (awaited.current !== null) stepMatch(awaited.current);
  });
  useEffect(() => {
    if (matches) stepAwaited();
  }, [matches]);
  const stepAny = (by: 1 | -1) => {
    if (pattern) stepMatch(by);
    else if (tree.spans[selected + by]) select(selected + by);
  };
  useHotkeys({
    "]": () => stepAny(1),
    "[": () => stepAny(-1),
    n: () => stepMatch(1),
    N: () => stepMatch(-1),
  });

  return (
    <>
      <TreeTools
        tree={tree}
        query={query}
        matches={pattern ? matches : []}
        selected={selected}
        heat={heatOf(heat)}
        onQuery={setQuery}
        onStep={stepMatch}
        onFold={setFolds}
        onHeat={(next) =>
          void navigate({
            search: (before) => ({ ...before, heat: next === "off" ? "" : next }),
            replace: true,
          })
        }
      />
      <SpanTree
        trace={trace}
        rows={rows}
        folds={folds}
        selected={selected}
        pattern={pattern}
        textsOf={textsOf}
        heat={heatOf(heat)}
        onSelect={select}
        onToggle={toggle}
      />
    </>
  );
}
