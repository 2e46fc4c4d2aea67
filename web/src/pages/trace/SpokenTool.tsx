import type { SpanContent } from "../../api/contents";
import { Value } from "./Value";

/** A tool's arguments and result. */
export function SpokenTool({ content }: { content: SpanContent }) {
  return (
    <>
      <Value title="Arguments" value={content.tool_arguments ?? content.input} />
      <Value title="Result" value={content.tool_result ?? content.output} />
    </>
  );
}
