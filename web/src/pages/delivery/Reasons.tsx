import type { Reason } from "../../api/deliveries";
import { formatExact } from "../../model/format";
import { Age } from "../../ui/Age";
import { DataTable } from "../../ui/DataTable";

const COLUMNS = [
  { name: "Reason", type: "words" },
  { name: "Service", type: "words" },
  { name: "Records" },
  { name: "Last" },
] as const;

/** Why records were rejected, the latest first. */
export function Reasons({ reasons }: { reasons: readonly Reason[] }) {
  if (reasons.length === 0) return null;
  return (
    <section className="delivery-part">
      <h2>Rejected</h2>
      <p className="delivery-note">Each sender was told; these records are not kept.</p>
      <DataTable label="Reasons" columns={COLUMNS}>
        {reasons.map(({ reason, service, count, time }) => (
          <tr key={`${service} ${reason} ${time}`}>
            <th scope="row" className="words">
              {reason.replaceAll("_", " ")}
            </th>
            <td className="words">{service}</td>
            <td>{formatExact(count)}</td>
            <td>
              <Age time={time} />
            </td>
          </tr>
        ))}
      </DataTable>
    </section>
  );
}
