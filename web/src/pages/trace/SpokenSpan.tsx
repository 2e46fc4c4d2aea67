import { useQuery } from "@tanstack/react-query";
import { contentQuery } from "../../api/contents";
import type { TraceSpan } from "../../api/traces";
import type { Entry } from "../../model/transcript";
import { Waiting } from "../../ui/Waiting";
import { CutTexts } from "./CutTexts";
import { SpokenCall } from "./SpokenCall";
import { SpokenRetrieval } from "./SpokenRetrieval";
import { SpokenTool } from "./SpokenTool";
import type { TraceModel } from "./traceModel";

interface SpokenSpanProps {
  trace: TraceModel;
  /** What it is read as, and the position of the call that it goes on from. */
  entry: Pick<Entry, "type" | "before">;
  /** Names of tools whose calls have entries of their own. */
  tools: ReadonlySet<string>;
  span: TraceSpan;
}

/** What a span was given, and what it said. */
export function SpokenSpan({ trace, entry, tools, span }: SpokenSpanProps) {
  const { project, traceId, tree } = trace;
  const { data, error } = useQuery(contentQuery(project, traceId, span.span_id));
  const beforeId = tree.spans[entry.before]?.span_id;
  const before = useQuery({
    ...contentQuery(project, traceId, beforeId ?? ""),
    enabled: beforeId !== undefined,
  });
  if (error) return <p className="entry-error">It could not be read: {error.message}</p>;
  if (!data || (beforeId !== undefined && before.isLoading)) return <Waiting rows={2} />;
  return (
    <>
      <CutTexts
        project={project}
        traceId={traceId}
        spanId={span.span_id}
        whole={data.whole.filter(({ field }) => !field.startsWith("attributes."))}
      />
      {entry.type === "tool" ? (
        <SpokenTool content={data} />
      ) : entry.type === "retrieval" ? (
        <SpokenRetrieval content={data} />
      ) : (
        <SpokenCall content={data} before={before.data ?? null} tools={tools} />
      )}
    </>
  );
}
