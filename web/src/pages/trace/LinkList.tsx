import { Link } from "@tanstack/react-router";
import type { SpanDetail } from "../../api/spans";
import { counted } from "../../model/format";
import { JsonTree } from "../../ui/JsonTree";
import { Section } from "./Section";
import "./LinkList.css";

/** Spans elsewhere that this one says it belongs to. */
export function LinkList({ span }: { span: SpanDetail }) {
  const { links, project } = span;
  if (links.length === 0) return null;
  return (
    <Section title="Links" note={counted(links.length, "link")}>
      <ul className="links">
        {links.map(({ trace_id, span_id, attributes }, index) => (
          <li key={index}>
            <Link
              className="mono"
              to="/p/$project/traces/$traceId"
              params={{ project, traceId: trace_id }}
              search={{ span: span_id }}
            >
              {trace_id.slice(0, 8)} / {span_id.slice(0, 8)}
            </Link>
            {Object.keys(attributes).length > 0 && <JsonTree value={attributes} open={1} />}
          </li>
        ))}
      </ul>
    </Section>
  );
}
