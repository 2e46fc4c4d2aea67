import type { SpanContent } from "../../api/contents";
import { DocumentList } from "./DocumentList";
import { Value } from "./Value";

/** What was looked for, and what was found. */
export function SpokenRetrieval({ content }: { content: SpanContent }) {
  const { retrieval_query, documents, input, output } = content;
  return (
    <>
      {retrieval_query === "" ? (
        <Value title="Input" value={input} />
      ) : (
        <p className="entry-query" dir="auto">
          {retrieval_query}
        </p>
      )}
      {documents.length > 0 ? (
        <DocumentList documents={documents} />
      ) : (
        <Value title="Output" value={output} />
      )}
    </>
  );
}
