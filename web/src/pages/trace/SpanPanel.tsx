import * as Tabs from "@radix-ui/react-tabs";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ComponentType, Suspense } from "react";
import { logCountsQuery } from "../../api/logs";
import { type SpanDetail, spanQuery } from "../../api/spans";
import { formatExact } from "../../model/format";
import { isSimulated } from "../../model/providerForm";
import { CopyButton } from "../../ui/CopyButton";
import { Notice } from "../../ui/Notice";
import { SimulatedChip } from "../../ui/SimulatedChip";
import { Waiting } from "../../ui/Waiting";
import "../../ui/Tabs.css";
import { Conversation } from "./Conversation";
import { Details } from "./Details";
import { Mapping } from "./Mapping";
import type { PanelProps } from "./panelProps";
import { PlaygroundLink } from "./PlaygroundLink";
import { PromptLink } from "./PromptLink";
import { Raw } from "./Raw";
import { ScoreChips } from "./ScoreChips";
import { SpanHead } from "./SpanHead";
import { SpanLogs } from "./SpanLogs";
import type { TraceModel } from "./traceModel";
import { UsageAndCost } from "./UsageAndCost";
import "./SpanPanel.css";

interface Tab {
  id: string;
  name: string;
  Content: ComponentType<PanelProps>;
}

const TABS: readonly Tab[] = [
  { id: "conversation", name: "Conversation", Content: Conversation },
  { id: "details", name: "Details", Content: Details },
  { id: "usage", name: "Usage and cost", Content: UsageAndCost },
  { id: "mapping", name: "Mapping", Content: Mapping },
  { id: "raw", name: "Raw", Content: Raw },
];
/** Only a span with logs has it. */
const LOGS: Tab = { id: "logs", name: "Logs", Content: SpanLogs };

interface SpanPanelProps {
  trace: TraceModel;
  position: number;
  onSelect: (position: number) => void;
  onClose: () => void;
}

/** The selected span in full; its bodies are fetched here and nowhere else. */
export function SpanPanel({ trace, position, onSelect, onClose }: SpanPanelProps) {
  const { project, traceId, tree } = trace;
  const spanId = tree.spans[position]?.span_id ?? "";
  const { data, error } = useQuery(spanQuery(project, traceId, spanId));
  const { tab } = useSearch({ from: "/p/$project/traces/$traceId" });
  const navigate = useNavigate({ from: "/p/$project/traces/$traceId" });
  const { data: counts } = useQuery(logCountsQuery(project, traceId));
  const logs = counts?.ofSpan.get(spanId) ?? 0;
  const tabs = logs > 0 ? [...TABS, LOGS] : TABS;
  const shown = tabs.find(({ id }) => id === tab)?.id ?? "conversation";
  const show = (id: string) =>
    void navigate({
      search: (before) => ({ ...before, tab: id === "conversation" ? "" : id }),
      replace: true,
    });
  return (
    <section className="span-panel" role="region" aria-label="Span">
      {data && (
        <SpanHead span={data} onClose={onClose}>
          <CopyButton text={data.span_id} what="span id" shown={data.span_id.slice(0, 8)} />
          <Marks span={data} />
          <ScoreChips scores={data.scores} />
          <PlaygroundLink span={data} />
        </SpanHead>
      )}
      <Tabs.Root value={shown} onValueChange={show} className="span-tabs">
        <Tabs.List className="tab-list" aria-label="About the span">
          {tabs.map(({ id, name }) => (
            <Tabs.Trigger key={id} value={id} className="tab">
              {name}
              {id === LOGS.id && <span className="unit">{formatExact(logs)}</span>}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {tabs.map(({ id, Content }) => (
          <Tabs.Content key={id} value={id} className="tab-content">
            {data ? (
              <Suspense fallback={<Waiting rows={6} />}>
                <Content
                  key={data.span_id}
                  span={data}
                  trace={trace}
                  position={position}
                  onSelect={onSelect}
                />
              </Suspense>
            ) : error ? (
              <Notice title="The span could not be read" tone="error">
                <p>{error.message}</p>
              </Notice>
            ) : (
              <Waiting rows={6} />
            )}
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </section>
  );
}

/** What tells at once how to take a span. */
function Marks({ span }: { span: SpanDetail }) {
  return (
    <>
      {isSimulated(span.provider) && <SimulatedChip />}
      {span.prompt_name !== "" && (
        <PromptLink name={span.prompt_name} version={span.prompt_version} />
      )}
    </>
  );
}
