import * as Tabs from "@radix-ui/react-tabs";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";
import { logCountsQuery } from "../../api/logs";
import { formatExact } from "../../model/format";
import { failuresOf } from "../../model/origin";
import { nextOf } from "../../model/search";
import { Splitter } from "../../ui/Splitter";
import { useHotkeys } from "../../ui/useHotkeys";
import { useStored } from "../../ui/useStored";
import { Waiting } from "../../ui/Waiting";
import "../../ui/Tabs.css";
import { SpanPanel } from "./SpanPanel";
import type { TraceModel } from "./traceModel";
import { TreeLens } from "./TreeLens";
import { useSelection } from "./useSelection";
import "./TraceView.css";

const Transcript = lazy(() =>
  import("./Transcript").then((module) => ({ default: module.Transcript })),
);
const GraphLens = lazy(() =>
  import("./GraphLens").then((module) => ({ default: module.GraphLens })),
);
const ReplayLens = lazy(() =>
  import("./ReplayLens").then((module) => ({ default: module.ReplayLens })),
);
const WhatIfLens = lazy(() =>
  import("./WhatIfLens").then((module) => ({ default: module.WhatIfLens })),
);
const LogsLens = lazy(() => import("./LogsLens").then((module) => ({ default: module.LogsLens })));

const LENSES = [
  { id: "tree", name: "Tree + timeline", Lens: TreeLens },
  { id: "transcript", name: "Transcript", Lens: Transcript },
  { id: "graph", name: "Graph", Lens: GraphLens },
  { id: "replay", name: "Replay", Lens: ReplayLens },
  { id: "whatif", name: "What-if", Lens: WhatIfLens },
] as const;
/** Only a trace with logs has it. */
const LOGS = { id: "logs", name: "Logs", Lens: LogsLens } as const;

/** A lens on the trace at the left, the selected span at the right, one selection for all. */
export function TraceView({ trace }: { trace: TraceModel }) {
  const { lens } = useSearch({ from: "/p/$project/traces/$traceId" });
  const navigate = useNavigate({ from: "/p/$project/traces/$traceId" });
  const [width, storeWidth] = useStored("panel", "40");
  const selection = useSelection(trace.tree);
  const failures = useMemo(() => failuresOf(trace.tree), [trace.tree]);
  const stepFailed = (by: 1 | -1) => selection.select(nextOf(failures, selection.selected, by));
  useHotkeys({
    Escape: selection.close,
    e: () => stepFailed(1),
    E: () => stepFailed(-1),
  });

  const { data: counts } = useQuery(logCountsQuery(trace.project, trace.traceId));
  const logs = counts?.logs ?? 0;
  const lenses = logs > 0 ? [...LENSES, LOGS] : LENSES;
  const shown = lenses.find(({ id }) => id === lens)?.id ?? "tree";
  const show = (id: string) =>
    void navigate({
      search: (before) => ({ ...before, lens: id === "tree" ? "" : id }),
      replace: true,
    });
  const span = trace.tree.spans[selection.selected];
  return (
    <div className="trace-view">
      <Tabs.Root value={shown} onValueChange={show} className="trace-left">
        <Tabs.List className="tab-list" aria-label="Lenses">
          {lenses.map(({ id, name }) => (
            <Tabs.Trigger
              key={id}
              value={id}
              className="tab"
              // Arrow keys are the lens's own once it was clicked; on a tab that is focused they change the tab.
              onClick={(event) => event.detail > 0 && event.currentTarget.blur()}
            >
              {name}
              {id === "logs" && <span className="unit">{formatExact(logs)}</span>}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {lenses.map(({ id, Lens }) => (
          <Tabs.Content key={id} value={id} className="trace-lens" tabIndex={-1}>
            <Suspense fallback={<Waiting rows={12} />}>
              <Lens trace={trace} selection={selection} />
            </Suspense>
          </Tabs.Content>
        ))}
      </Tabs.Root>
      {span && (
        <>
          <Splitter
            label="Width of the span panel"
            value={Number(width)}
            onChange={(value) => storeWidth(String(value))}
          />
          <div className="trace-right" style={{ flexBasis: `${Number(width)}%` }}>
            <SpanPanel
              trace={trace}
              position={selection.selected}
              onSelect={selection.select}
              onClose={selection.close}
            />
          </div>
        </>
      )}
    </div>
  );
}
