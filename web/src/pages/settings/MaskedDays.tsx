import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { maskedQuery } from "../../api/redaction";
import { formatDay, formatExact } from "../../model/format";
import { type MaskedTable, maskedTable, typeName } from "../../model/redaction";
import { DataTable } from "../../ui/DataTable";
import { Loaded } from "./Loaded";

const DAYS = 30;
const DAY_MS = 86_400_000;

/** What was masked in the last days, by day and type. */
export function MaskedDays({ project }: { project: string }) {
  const [from] = useState(() => formatDay(Date.now() - (DAYS - 1) * DAY_MS));
  const masked = useQuery(maskedQuery(project, from));
  return (
    <section className="redaction" aria-label="Masked">
      <h3>What was masked</h3>
      <p className="tab-note">
        In spans, logs and metrics of the last {DAYS} days, by the day (UTC) on which they started.
      </p>
      <Loaded query={masked} what="What was masked">
        {({ masked: rows }) =>
          rows.length === 0 ? <p>Nothing was masked.</p> : <Table table={maskedTable(rows)} />
        }
      </Loaded>
    </section>
  );
}

function Table({ table }: { table: MaskedTable }) {
  const columns = [
    { name: "Day", type: "words" } as const,
    { name: "All" },
    ...table.types.map((type) => ({ name: typeName(type) })),
  ];
  return (
    <DataTable label="Masked by day" columns={columns}>
      {table.days.map(({ day, total, counts }) => (
        <tr key={day}>
          <th scope="row" className="words">
            {day}
          </th>
          <td>{formatExact(total)}</td>
          {table.types.map((type, at) => (
            <td key={type}>{counts[at] ? formatExact(counts[at]) : "–"}</td>
          ))}
        </tr>
      ))}
    </DataTable>
  );
}
