import { apiUrl } from "../../api/client";
import type { SpanDetail } from "../../api/spans";
import { counted, formatAbsolute, parseTime } from "../../model/format";
import { cutForGood, truncation } from "../../model/truncation";
import { CopyButton } from "../../ui/CopyButton";
import { JsonTree } from "../../ui/JsonTree";
import { CutTexts } from "./CutTexts";
import { Section } from "./Section";
import "./Raw.css";

/** What was sent, as it is stored; and what was cut or taken out on the way. */
export function Raw({ span }: { span: SpanDetail }) {
  const redactions = Object.entries(span.redactions);
  return (
    <div className="raw">
      {redactions.length > 0 && (
        <p className="raw-note">
          Redacted before it was stored:{" "}
          {redactions.map(([type, count]) => counted(count, type.replaceAll("_", " "))).join(", ")}.
        </p>
      )}
      <CutTexts
        project={span.project}
        traceId={span.trace_id}
        spanId={span.span_id}
        whole={span.whole}
      />
      {cutForGood(span.truncated, span.whole).map((cut) => (
        <p key={cut} className="raw-note">
          {truncation(cut)}
        </p>
      ))}
      <Section title="Attributes" note={counted(Object.keys(span.attributes).length, "attribute")}>
        <JsonTree value={span.attributes} open={1} />
      </Section>
      <Section title="Resource">
        <JsonTree value={span.resource} open={1} />
      </Section>
      {span.events.length > 0 && (
        <Section title="Events" note={counted(span.events.length, "event")}>
          <ul>
            {span.events.map((event, index) => (
              <li key={index}>
                <span className="number">{formatAbsolute(parseTime(event.time))}</span>{" "}
                <b>{event.name}</b>
                <JsonTree value={event.attributes} open={1} />
              </li>
            ))}
          </ul>
        </Section>
      )}
      <p>
        <CopyButton
          text={JSON.stringify(span, null, 2)}
          what="the span as JSON"
          shown="Copy as JSON"
        />{" "}
        <a
          className="raw-open mono"
          href={apiUrl(`/traces/${span.trace_id}/spans/${span.span_id}`, { project: span.project })}
          target="_blank"
          rel="noopener"
        >
          Open as JSON
        </a>
      </p>
    </div>
  );
}
