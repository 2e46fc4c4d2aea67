import type { ColdMonths } from "../../api/removals";
import { formatBytes } from "../../model/bytes";
import { formatExact } from "../../model/format";
import { DataTable } from "../../ui/DataTable";

const COLUMNS = [
  { name: "Cold month", type: "words", hint: "Of UTC" },
  { name: "Spans" },
  { name: "Bytes", hint: "Of the file" },
] as const;

/** Which months of a project are in cold storage. */
export function ColdStorage({ held }: { held: ColdMonths }) {
  if (held.months.length === 0) {
    return (
      <p className="tab-note">
        {held.folder === ""
          ? "A server that is started with CLEARSPAN_COLD can move the spans of old months to a cheaper disk or a bucket."
          : "No month is in cold storage."}
      </p>
    );
  }
  return (
    <>
      {held.folder === "" && (
        <p role="alert">
          The server was started without CLEARSPAN_COLD: traces of these months cannot be opened.
        </p>
      )}
      <DataTable label="Cold months" columns={COLUMNS}>
        {held.months.map(({ month, spans, bytes }) => (
          <tr key={month}>
            <th scope="row" className="words">
              {month}
            </th>
            <td>{formatExact(spans)}</td>
            <td>{formatBytes(bytes)}</td>
          </tr>
        ))}
      </DataTable>
    </>
  );
}
