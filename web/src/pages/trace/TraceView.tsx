import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { TraceSpan } from "../../api/traces";
import type { Segment } from "../../model/criticalPath";
import { findSpans, revealed, type Tree, visibleRows } from "../../model/tree";
import { Splitter } from "../../ui/Splitter";
import { useHotkeys } from "../../ui/useHotkeys";
import { useMedia } from "../../ui/useMedia";
import { useStored } from "../../ui/useStored";
import { SpanPanel } from "./SpanPanel";
import { SpanTree } from "./SpanTree";
import { TreeTools } from "./TreeTools";
import "./TraceView.css";

interface TraceViewProps {
  project: string;
  traceId: string;
  tree: Tree<TraceSpan>;
  path: ReadonlyMap<number, readonly Segment[]>;
}

const NOTHING: ReadonlySet<string> = new Set();

/** Tree and timeline at the left, the selected span at the right, one selection for both. */
export function TraceView({ project, traceId, tree, path }: TraceViewProps) {
  const { span: chosen } = useSearch({ from: "/p/$project/traces/$traceId" });
  const navigate = useNavigate({ from: "/p/$project/traces/$traceId" });
  const isNarrow = useMedia("(max-width: 720px)");
  const [collapsed, setCollapsed] = useState(NOTHING);
  const [query, setQuery] = useState("");
  const [isClosed, setClosed] = useState(false);
  const [width, storeWidth] = useStored("panel", "40");

  // On a wide screen the first span is shown until another is chosen; a phone shows the tree.
  const first = isNarrow ? undefined : tree.spans[0]?.span_id;
  const spanId = isClosed ? undefined : (chosen ?? first);
  const selected = tree.positionOf(spanId ?? "");
  const rows = useMemo(() => visibleRows(tree, collapsed), [tree, collapsed]);
  const matches = useMemo(() => findSpans(tree, query, searchedTexts), [tree, query]);

  const select = (position: number | undefined) => {
    const span = tree.spans[position ?? -1];
    if (!span || position === undefined) return;
    setCollapsed(revealed(tree, collapsed, position));
    setClosed(false);
    void navigate({ search: (before) => ({ ...before, span: span.span_id }), replace: true });
  };
  const step = (places: readonly number[], by: 1 | -1) => {
    const next =
      by > 0
        ? places.find((place) => place > selected)
        : places.findLast((place) => place < selected);
    select(next);
  };
  const fold = (position: number, folded: boolean) => {
    const id = tree.spans[position]?.span_id ?? "";
    const next = new Set(collapsed);
    if (folded) next.add(id);
    else next.delete(id);
    setCollapsed(next);
  };
  const close = () => {
    setClosed(true);
    void navigate({ search: ({ span: _, ...rest }) => rest, replace: true });
  };
  const all = () => (matches.length > 0 ? matches : tree.spans.map((_, at) => at));
  useHotkeys({
    j: () => step(rows, 1),
    k: () => step(rows, -1),
    ArrowDown: () => step(rows, 1),
    ArrowUp: () => step(rows, -1),
    ArrowLeft: () => fold(selected, true),
    ArrowRight: () => fold(selected, false),
    "]": () => step(all(), 1),
    "[": () => step(all(), -1),
    Escape: close,
  });

  return (
    <div className="trace-view">
      <div className="trace-left">
        <TreeTools
          tree={tree}
          query={query}
          matches={matches}
          selected={selected}
          onQuery={setQuery}
          onStep={(by) => step(matches, by)}
          onFold={setCollapsed}
        />
        <SpanTree
          tree={tree}
          path={path}
          rows={rows}
          collapsed={collapsed}
          selected={selected}
          matches={matches}
          onSelect={select}
          onFold={fold}
        />
      </div>
      {spanId !== undefined && selected >= 0 && (
        <>
          <Splitter
            label="Width of the span panel"
            value={Number(width)}
            onChange={(value) => storeWidth(String(value))}
          />
          <div className="trace-right" style={{ flexBasis: `${Number(width)}%` }}>
            <SpanPanel project={project} traceId={traceId} spanId={spanId} onClose={close} />
          </div>
        </>
      )}
    </div>
  );
}

function searchedTexts(span: TraceSpan): string[] {
  return [
    span.name,
    span.request_model,
    span.tool_name,
    span.error_message,
    span.input_preview,
    span.output_preview,
    span.span_id,
  ];
}
