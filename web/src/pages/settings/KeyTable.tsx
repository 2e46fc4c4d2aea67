import type { KeyRow } from "../../api/keys";
import { formatAbsolute, formatDay, parseTime } from "../../model/format";
import { keyName, limitWords } from "../../model/keyForm";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import { DataTable } from "../../ui/DataTable";
import { useNow } from "../../ui/useNow";

const COLUMNS = [
  { name: "Key", type: "words" },
  { name: "Project", type: "words" },
  { name: "May", type: "words", hint: "Its scopes" },
  { name: "Environment", type: "words", hint: "Of spans that name none" },
  { name: "Last used", hint: "To the minute" },
  { name: "Ends" },
  { name: "" },
] as const;

interface KeyTableProps {
  keys: readonly KeyRow[];
  canChange: boolean;
  onRotate: (row: KeyRow) => void;
  onRevoke: (row: KeyRow) => void;
}

/** The keys, without their secrets. */
export function KeyTable({ keys, canChange, onRotate, onRevoke }: KeyTableProps) {
  return (
    <DataTable label="API keys" columns={COLUMNS}>
      {keys.map((row) => (
        <tr key={row.id}>
          <th scope="row" className="words" title={`cs_${row.id}_…`}>
            {row.name === "" ? <span className="mono">cs_{row.id}</span> : row.name}
          </th>
          <td className="words mono">{row.project}</td>
          <td className="words" title={limitWords(row)}>
            {row.scopes.join(", ")}
          </td>
          <td className="words">{row.environment || <span className="none">any</span>}</td>
          <td>
            {row.last_used === null ? (
              <span className="none">never</span>
            ) : (
              <Age time={row.last_used} ago />
            )}
          </td>
          <td>
            <End row={row} />
          </td>
          <td>
            {canChange && (
              <>
                <Button onClick={() => onRotate(row)} aria-label={`Rotate ${keyName(row)}`}>
                  Rotate
                </Button>
                <Button onClick={() => onRevoke(row)} aria-label={`Revoke ${keyName(row)}`}>
                  Revoke
                </Button>
              </>
            )}
          </td>
        </tr>
      ))}
    </DataTable>
  );
}

function End({ row }: { row: KeyRow }) {
  const now = useNow();
  if (row.old_until !== null && parseTime(row.old_until) > now) {
    const until = formatAbsolute(parseTime(row.old_until));
    return (
      <span title={`The secret before the rotation is good until ${until}`}>old one soon</span>
    );
  }
  if (row.expires === null) return <span className="none">never</span>;
  const end = parseTime(row.expires);
  return (
    <span title={formatAbsolute(end)} className={end <= now ? "bad" : ""}>
      {end <= now ? "ended" : formatDay(end)}
    </span>
  );
}
