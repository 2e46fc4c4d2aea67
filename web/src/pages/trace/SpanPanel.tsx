import * as Tabs from "@radix-ui/react-tabs";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ComponentType, Suspense } from "react";
import { logCountsQuery } from "../../api/logs";
import { type SpanDetail, spanQuery } from "../../api/spans";
import { formatExact, nameOr } from "../../model/format";
import { answersInTokens } from "../../model/kinds";
import { Button } from "../../ui/Button";
import { CopyButton } from "../../ui/CopyButton";
import { Duration } from "../../ui/Duration";
import { KindGlyph } from "../../ui/KindGlyph";
import { Money } from "../../ui/Money";
import { Notice } from "../../ui/Notice";
import { StatusDot } from "../../ui/StatusDot";
import { Tokens } from "../../ui/Tokens";
import { Waiting } from "../../ui/Waiting";
import "../../ui/Tabs.css";
import { Conversation } from "./Conversation";
import { Details } from "./Details";
import { Mapping } from "./Mapping";
import type { PanelProps } from "./panelProps";
import { Raw } from "./Raw";
import { ScoreChips } from "./ScoreChips";
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
      {data && <Head span={data} onClose={onClose} />}
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

function Head({ span, onClose }: { span: SpanDetail; onClose: () => void }) {
  return (
    <header className="span-head">
      <div>
        <KindGlyph kind={span.kind} />
        <h3 className="cut" title={span.name}>
          {nameOr(span.name, span.span_id)}
        </h3>
        <StatusDot status={span.status} word />
        <Button icon="close" aria-label="Close the span" onClick={onClose} />
      </div>
      <div className="span-figures">
        <Duration ns={span.duration_ns} />
        <Tokens
          input={span.input_tokens}
          output={span.output_tokens}
          hasOutput={answersInTokens(span.kind)}
        />
        <Money dollars={span.total_cost} />
        <CopyButton text={span.span_id} what="span id" shown={span.span_id.slice(0, 8)} />
        <ScoreChips scores={span.scores} />
      </div>
    </header>
  );
}
