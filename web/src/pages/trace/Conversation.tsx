import type { SpanDetail } from "../../api/spans";
import { arrange } from "../../model/conversation";
import { DocumentList } from "./DocumentList";
import { Failure } from "./Failure";
import { Section } from "./Section";
import { TurnView } from "./TurnView";
import { Value } from "./Value";
import "./Conversation.css";

/** What went in and came out, in the form that suits the span: a chat, a tool call, documents, or values. */
export function Conversation({ span }: { span: SpanDetail }) {
  const failed = [span.error_message, span.error_type, span.error_stack].some(
    (text) => text !== "",
  );
  const isTool = span.tool_arguments !== null || span.tool_result !== null;
  const isSearch = span.retrieval_query !== "" || span.documents.length > 0;
  return (
    <div className="conversation">
      {failed && <Failure span={span} />}
      {isTool ? (
        <>
          <Value title="Arguments" value={span.tool_arguments} />
          <Value title="Result" value={span.tool_result} />
        </>
      ) : isSearch ? (
        <Search span={span} />
      ) : (
        <Exchange span={span} isAlone={!failed} />
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

function Exchange({ span, isAlone }: { span: SpanDetail; isAlone: boolean }) {
  const { input, output, input_messages, output_messages } = span;
  if (input === null && output === null && !input_messages && !output_messages) {
    return isAlone ? (
      <p className="conversation-empty">This span carries no input and no output.</p>
    ) : null;
  }
  return (
    <>
      {input_messages === null && <Value title="Input" value={input} />}
      {(input_messages ?? output_messages) && <Chat span={span} />}
      {output_messages === null && <Value title="Output" value={output} />}
    </>
  );
}

function Chat({ span }: { span: SpanDetail }) {
  const turns = arrange(span.input_messages ?? [], span.output_messages ?? []);
  return (
    <ol className="conversation-turns">
      {turns.map((turn, index) => (
        <TurnView key={index} turn={turn} />
      ))}
    </ol>
  );
}
