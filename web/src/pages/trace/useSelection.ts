import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { Tree, TreeSpan } from "../../model/tree";
import { useMedia } from "../../ui/useMedia";

export interface Selection {
  /** Position of the selected span, -1 without. */
  selected: number;
  select: (position: number) => void;
  close: () => void;
}

/** The selected span of the trace; it stands in the address, and every lens shares it. */
export function useSelection(tree: Tree<TreeSpan>): Selection {
  const { span: chosen } = useSearch({ from: "/p/$project/traces/$traceId" });
  const navigate = useNavigate({ from: "/p/$project/traces/$traceId" });
  const isNarrow = useMedia("(max-width: 720px)");
  const [isClosed, setClosed] = useState(false);
  // On a wide screen the first span is shown until another is chosen; a phone shows the trace.
  const first = isNarrow ? undefined : tree.spans[0]?.span_id;
  return {
    selected: tree.positionOf(chosen ?? (isClosed ? undefined : first) ?? ""),
    select: (position) => {
      const span = tree.spans[position];
      if (!span) return;
      setClosed(false);
      void navigate({ search: (before) => ({ ...before, span: span.span_id }), replace: true });
    },
    close: () => {
      setClosed(true);
      void navigate({ search: ({ span: _, ...rest }) => rest, replace: true });
    },
  };
}
