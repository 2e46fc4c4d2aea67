import { useEffect, useEffectEvent, useMemo, useRef } from "react";
import { type Entry, toolNames, transcriptOf } from "../../model/transcript";
import { Notice } from "../../ui/Notice";
import { useHotkeys } from "../../ui/useHotkeys";
import { useMeasuredRows } from "../../ui/useMeasuredRows";
import { useRowHeights } from "../../ui/useRowHeights";
import { TranscriptEntry } from "./TranscriptEntry";
import type { TraceModel } from "./traceModel";
import type { Selection } from "./useSelection";
import "./Transcript.css";

interface TranscriptProps {
  trace: TraceModel;
  selection: Selection;
}

/** How high an entry is about to be, before it has been seen. */
const HEIGHTS: Record<Entry["type"], number> = {
  step: 40,
  call: 220,
  tool: 96,
  retrieval: 160,
  note: 30,
};

/** The whole trace read as a conversation; only what is in view is in the document, and asked for. */
export function Transcript({ trace, selection }: TranscriptProps) {
  const { tree, groups } = trace;
  const { selected, select } = selection;
  const scroller = useRef<HTMLDivElement>(null);
  const entries = useMemo(() => transcriptOf(tree, groups), [tree, groups]);
  const tools = useMemo(() => toolNames(tree), [tree]);
  const guesses = useMemo(() => entries.map(({ type }) => HEIGHTS[type]), [entries]);
  const heights = useRowHeights(guesses);
  const rows = useMeasuredRows({ scroller, heights, count: entries.length });

  const reveal = useEffectEvent(() => {
    const index = entries.findIndex(({ position }) => position === selected);
    if (index > 0 && !rows.isSeen(index)) rows.scrollTo(index);
  });
  useEffect(() => reveal(), [selected]);
  const step = (by: 1 | -1) => {
    const next =
      by > 0
        ? entries.find(({ position }) => position > selected)
        : entries.findLast(({ position }) => position < selected);
    if (next) select(next.position);
  };
  useHotkeys({
    j: () => step(1),
    k: () => step(-1),
    "]": () => step(1),
    "[": () => step(-1),
  });

  if (entries.length === 0) return <Notice title="Nothing in this trace is read as text" />;
  return (
    <div ref={scroller} className="transcript" role="feed" aria-label="Transcript" tabIndex={0}>
      <div style={{ minHeight: rows.height, paddingTop: rows.top }}>
        {entries.slice(rows.first, rows.last).map((entry, place) => (
          <div
            key={tree.spans[entry.position]?.span_id}
            ref={rows.row}
            data-index={rows.first + place}
            className="transcript-place"
          >
            <TranscriptEntry
              trace={trace}
              entry={entry}
              tools={tools}
              isSelected={entry.position === selected}
              onSelect={() => select(entry.position)}
            />
          </div>
        ))}
      </div>
    </div>
  );
}
