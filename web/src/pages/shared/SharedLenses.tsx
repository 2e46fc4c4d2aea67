import * as Tabs from "@radix-ui/react-tabs";
import { useState } from "react";
import "../../ui/Tabs.css";
import { SpanTree } from "../trace/SpanTree";
import { Transcript } from "../trace/Transcript";
import type { TraceModel } from "../trace/traceModel";
import { useTreeRows } from "../trace/useTreeRows";
import "../trace/TraceView.css";

interface SharedLensesProps {
  trace: TraceModel;
  /** Without, there is nothing to be read. */
  hasTexts: boolean;
}

const NO_TEXTS = () => [];

/** The transcript, and tree and timeline, over one selection. */
export function SharedLenses({ trace, hasTexts }: SharedLensesProps) {
  const [selected, select] = useState(0);
  if (!hasTexts) {
    return (
      <div className="shared-lenses">
        <Timeline trace={trace} selected={selected} onSelect={select} />
      </div>
    );
  }
  return (
    <Tabs.Root defaultValue="transcript" className="shared-lenses">
      <Tabs.List className="tab-list" aria-label="Lenses">
        <Tabs.Trigger value="transcript" className="tab">
          Transcript
        </Tabs.Trigger>
        <Tabs.Trigger value="tree" className="tab">
          Tree + timeline
        </Tabs.Trigger>
      </Tabs.List>
      <Tabs.Content value="transcript" className="trace-lens" tabIndex={-1}>
        <Transcript trace={trace} selection={{ selected, select, close: () => select(-1) }} />
      </Tabs.Content>
      <Tabs.Content value="tree" className="trace-lens" tabIndex={-1}>
        <Timeline trace={trace} selected={selected} onSelect={select} />
      </Tabs.Content>
    </Tabs.Root>
  );
}

interface TimelineProps {
  trace: TraceModel;
  selected: number;
  onSelect: (position: number) => void;
}

function Timeline({ trace, selected, onSelect }: TimelineProps) {
  const { rows, folds, select, toggle } = useTreeRows(trace, selected, onSelect);
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
