import { useQuery } from "@tanstack/react-query";
import { type SpanMapping, mappingQuery } from "../../api/mapping";
import type { SpanDetail } from "../../api/spans";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { DataTable } from "../../ui/DataTable";
import { Section } from "./Section";
import "./Mapping.css";

const COLUMNS = [
  { name: "Field", type: "words" },
  { name: "Filled by", type: "words", hint: "The convention whose rule filled it" },
  { name: "From", type: "words", hint: "The attributes that the rule looked at" },
] as const;

/** How the span was read: which rule filled each field, from which attributes, and what no rule reads. */
export function Mapping({ span }: { span: SpanDetail }) {
  const { data, error } = useQuery(mappingQuery(span.project, span.trace_id, span.span_id));
  if (error) {
    return (
      <Notice title="The mapping could not be read" tone="error">
        <p>{error.message}</p>
      </Notice>
    );
  }
  return data ? <Told mapping={data} /> : <Waiting rows={6} />;
}

function Told({ mapping }: { mapping: SpanMapping }) {
  const { dialects, fields, unread, version, stored_version: stored } = mapping;
  return (
    <div className="mapping">
      <p className="mapping-note">
        It speaks {dialects.join(", ")}: the first that fills a field wins, the others complete it.
      </p>
      {stored !== version && (
        <p className="mapping-note" role="status">
          The rules have changed since it was stored (version {stored}, today {version}); this is
          how they read it today.
        </p>
      )}
      <DataTable label="Fields" columns={COLUMNS}>
        {fields.map(({ field, dialect, attributes }) => (
          <tr key={field}>
            <th scope="row" className="words mono">
              {field}
            </th>
            <td className="words">{dialect}</td>
            <td className="words mono">
              {attributes.length > 0 ? (
                attributes.map((name) => <div key={name}>{name}</div>)
              ) : (
                <span className="none">other fields</span>
              )}
            </td>
          </tr>
        ))}
      </DataTable>
      {unread.length > 0 && (
        <Section title="Read by no rule" note="kept as they came, and searchable">
          <ul className="mapping-unread mono">
            {unread.map((name) => (
              <li key={name}>{name}</li>
            ))}
          </ul>
        </Section>
      )}
    </div>
  );
}
