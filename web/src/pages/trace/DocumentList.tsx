import type { SpanDetail } from "../../api/spans";
import { counted } from "../../model/format";
import { JsonTree } from "../../ui/JsonTree";
import { Section } from "./Section";
import "./DocumentList.css";

type Documents = SpanDetail["documents"];

/** What was found, in the order in which it was found, each with its score as a bar. */
export function DocumentList({ documents }: { documents: Documents }) {
  if (documents.length === 0) return null;
  const best = Math.max(...documents.map(({ score }) => score ?? 0));
  return (
    <Section title="Documents" note={counted(documents.length, "document")}>
      <ol className="documents">
        {documents.map((document, index) => (
          <li key={index}>
            <details>
              <summary>
                <span className="document-rank number">{index + 1}</span>
                <span className="document-text">
                  <span dir="auto">{document.content}</span>
                  {document.id !== "" && <span className="document-id mono">{document.id}</span>}
                </span>
                {document.score !== null && <Score score={document.score} best={best} />}
              </summary>
              {document.metadata !== null && <JsonTree value={document.metadata} />}
            </details>
          </li>
        ))}
      </ol>
    </Section>
  );
}

/** Scores have no common scale: the bar compares with the best of the list. */
function Score({ score, best }: { score: number; best: number }) {
  const share = best > 0 ? Math.max(score / best, 0) : 0;
  return (
    <span className="document-score" title={`Score ${score}`}>
      <i style={{ width: `${share * 100}%` }} />
      <b className="number">{score.toFixed(2)}</b>
    </span>
  );
}
