import { Link } from "@tanstack/react-router";
import type { Repricing } from "../../api/prices";
import { describeDifference } from "../../model/repricing";
import { DataTable } from "../../ui/DataTable";

const COLUMNS = [
  { name: "Span", type: "words" },
  { name: "Model", type: "words" },
  { name: "Cost" },
] as const;

interface BiggestDifferencesProps {
  project: string;
  spans: Repricing["biggest"];
}

/** The spans whose cost changes most, each a link to its price lines. */
export function BiggestDifferences({ project, spans }: BiggestDifferencesProps) {
  return (
    <details>
      <summary>Biggest differences</summary>
      <DataTable label="Biggest differences" columns={COLUMNS}>
        {spans.map((one) => (
          <tr key={`${one.trace_id} ${one.span_id}`}>
            <th scope="row" className="words">
              <Link
                to="/p/$project/traces/$traceId"
                params={{ project, traceId: one.trace_id }}
                search={{ span: one.span_id, tab: "usage" }}
              >
                {one.name}
              </Link>
            </th>
            <td className="words mono">{one.model}</td>
            <td>{describeDifference(one.old, one.new)}</td>
          </tr>
        ))}
      </DataTable>
    </details>
  );
}
