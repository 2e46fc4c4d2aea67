import type { SpanDetail } from "../../api/spans";
import { Chat } from "./Chat";
import { CutTexts } from "./CutTexts";
import { DocumentList } from "./DocumentList";
import { Failure } from "./Failure";
import type { PanelProps } from "./panelProps";
import { Section } from "./Section";
import { Value } from "./Value";
import "./Conversation.css";

/** What went in and came out, in the form that suits the span: a chat, a tool call, documents, or values. */
export function Conversation(props: PanelProps) {
  const { span } = props;
  const failed = [span.error_message, span.error_type, span.error_stack].some(
    (text) => text !== "",
  );
  const isTool = span.tool_arguments !== null || span.tool_result !== null;
  const isSearch = span.retrieval_query !== "" || span.documents.length > 0;
  return (
    <div className="conversation">
      {failed && <Failure span={span} />}
      <CutTexts
        project={span.project}
        traceId={span.trace_id}
        spanId={span.span_id}
        whole={span.whole.filter(({ field }) => !field.startsWith("attributes."))}
      />
      {isTool ? (
        <>
          <Value title="Arguments" value={span.tool_arguments} />
          <Value title="Result" value={span.tool_result} />
        </>
      ) : isSearch ? (
        <Search span={span} />
      ) : (
        <Exchange {...props} isAlone={!failed} />
      )}
    </div>
  );
}

function Search({ span }: { span: SpanDetail }) {
  return (
    <>
      {span.retrieval_query !== "" && (
        <Section title="Query">
          <p dir="auto">{span.retrieval_query}</p>
        </Section>
      )}
      <DocumentList documents={span.documents} />
    </>
  );
}

function Exchange({ isAlone, ...props }: PanelProps & { isAlone: boolean }) {
  const { span } = props;
  const { input, output, input_messages, output_messages } = span;
  if (input === null && output === null && !input_messages && !output_messages) {
    return isAlone ? (
      <p className="conversation-empty">This span carries no input and no output.</p>
    ) : null;
  }
  return (
    <>
      {input_messages === null && <Value title="Input" value={input} />}
      {(input_messages ?? output_messages) && <Chat {...props} />}
      {output_messages === null && <Value title="Output" value={output} />}
    </>
  );
}
