import * as Tabs from "@radix-ui/react-tabs";
import { useCallback, useState } from "react";
import { useHotkeys } from "../../ui/useHotkeys";
import { useMedia } from "../../ui/useMedia";
import "../../ui/Tabs.css";
import { Replay } from "../trace/Replay";
import { SpanTree } from "../trace/SpanTree";
import { Transcript } from "../trace/Transcript";
import type { TraceModel } from "../trace/traceModel";
import type { ReplayPlace } from "../trace/useReplay";
import type { Selection } from "../trace/useSelection";
import { useTreeRows } from "../trace/useTreeRows";
import { SharedSpan } from "./SharedSpan";
import "../trace/TraceView.css";

const NO_TEXTS = () => [];

/** What can be seen of a trace without anything else: lenses at the left, the selected span at the right. */
export function SharedLenses({ trace }: { trace: TraceModel }) {
  const isNarrow = useMedia("(max-width: 720px)");
  const [selected, select] = useState(isNarrow ? -1 : 0);
  const selection = { selected, select, close: () => select(-1) };
  useHotkeys({ Escape: selection.close });
  return (
    <div className="trace-view">
      <Tabs.Root defaultValue={trace.hasTexts ? "transcript" : "tree"} className="trace-left">
        <Tabs.List className="tab-list" aria-label="Lenses">
          {trace.hasTexts && (
            <Tabs.Trigger value="transcript" className="tab">
              Transcript
            </Tabs.Trigger>
          )}
          <Tabs.Trigger value="tree" className="tab">
            Tree + timeline
          </Tabs.Trigger>
          <Tabs.Trigger value="replay" className="tab">
            Replay
          </Tabs.Trigger>
        </Tabs.List>
        {trace.hasTexts && (
          <Tabs.Content value="transcript" className="trace-lens" tabIndex={-1}>
            <Transcript trace={trace} selection={selection} />
          </Tabs.Content>
        )}
        <Tabs.Content value="tree" className="trace-lens" tabIndex={-1}>
          <Timeline trace={trace} selection={selection} />
        </Tabs.Content>
        <Tabs.Content value="replay" className="trace-lens" tabIndex={-1}>
          <Steps trace={trace} selection={selection} />
        </Tabs.Content>
      </Tabs.Root>
      {trace.tree.spans[selected] && (
        <SharedSpan trace={trace} position={selected} onClose={selection.close} />
      )}
    </div>
  );
}

interface LensProps {
  trace: TraceModel;
  selection: Selection;
}

function Timeline({ trace, selection }: LensProps) {
  const { selected } = selection;
  const { rows, folds, select, toggle } = useTreeRows(trace, selected, selection.select);
  return (
    <SpanTree
      trace={trace}
      rows={rows}
      folds={folds}
      selected={selected}
      pattern={null}
      textsOf={NO_TEXTS}
      heat="off"
      onSelect={select}
      onToggle={toggle}
    />
  );
}

/** The replay of the one trace; where it is stands in no address, since that holds the key of the link. */
function Steps({ trace, selection }: LensProps) {
  const { tree } = trace;
  const { selected, select } = selection;
  const [{ at, play }, setPlace] = useState<{ at?: string; play?: string }>({});
  const go = useCallback<ReplayPlace["go"]>(
    ({ span, ...to }) => {
      setPlace((before) => ({ ...before, ...to }));
      if (span !== undefined) select(tree.positionOf(span));
    },
    [tree, select],
  );
  const place = { at, play, span: tree.spans[selected]?.span_id, go, turn: () => undefined };
  return <Replay trace={trace} selection={selection} turns={null} place={place} />;
}
