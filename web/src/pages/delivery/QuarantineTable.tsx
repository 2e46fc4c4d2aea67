import { Link } from "@tanstack/react-router";
import type { QuarantineRow } from "../../api/deliveries";
import { counted } from "../../model/format";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import { DataTable } from "../../ui/DataTable";
import type { Request } from "./Decision";
import "./QuarantineTable.css";

const COLUMNS = [
  { name: "Record", type: "words" },
  { name: "Service", type: "words" },
  { name: "Reason", type: "words" },
  { name: "Since" },
  { name: "" },
] as const;

interface QuarantineTableProps {
  project: string;
  /** The newest ones. */
  rows: readonly QuarantineRow[];
  total: number;
  /** A viewer sees them and decides nothing. */
  canAct: boolean;
  onAct: (request: Request) => void;
}

/** The records in quarantine, each with what can be done about it. */
export function QuarantineTable(props: QuarantineTableProps) {
  const { project, rows, total, canAct, onAct } = props;
  const all = counted(total, "record");
  return (
    <>
      {canAct && (
        <div className="quarantine-actions">
          <Button
            variant="outlined"
            onClick={() => onAct({ action: "redrive", ids: null, what: all })}
          >
            Re-drive all
          </Button>
          <Button onClick={() => onAct({ action: "discard", ids: null, what: all })}>
            Discard all
          </Button>
        </div>
      )}
      <DataTable label="Quarantine" columns={COLUMNS}>
        {rows.map((row) => (
          <Row key={row.id} row={row} project={project} canAct={canAct} onAct={onAct} />
        ))}
      </DataTable>
      {rows.length < total && (
        <p className="delivery-note">
          The newest {rows.length} of {all}.
        </p>
      )}
    </>
  );
}

interface RowProps {
  row: QuarantineRow;
  project: string;
  canAct: boolean;
  onAct: (request: Request) => void;
}

function Row({ row, project, canAct, onAct }: RowProps) {
  const name = row.name === "" ? row.kind : row.name;
  const ask = (action: Request["action"]) => onAct({ action, ids: [row.id], what: name });
  return (
    <tr>
      <th scope="row" className="words">
        {row.trace_id === "" ? (
          name
        ) : (
          <Link to="/p/$project/traces/$traceId" params={{ project, traceId: row.trace_id }}>
            {name}
          </Link>
        )}
      </th>
      <td className="words">{row.service}</td>
      <td className="words quarantine-reason" title={row.reason}>
        {row.reason}
      </td>
      <td>
        <Age time={row.time} />
      </td>
      <td>
        {canAct && (
          <>
            <Button onClick={() => ask("redrive")} aria-label={`Re-drive ${name}`}>
              Re-drive
            </Button>
            <Button onClick={() => ask("discard")} aria-label={`Discard ${name}`}>
              Discard
            </Button>
          </>
        )}
      </td>
    </tr>
  );
}
