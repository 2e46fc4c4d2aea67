import type { AccountRow } from "../../api/accounts";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import { DataTable } from "../../ui/DataTable";

const COLUMNS = [
  { name: "Name", type: "words" },
  { name: "Role", type: "words" },
  { name: "Since" },
  { name: "Password set" },
  { name: "" },
] as const;

interface AccountTableProps {
  accounts: readonly AccountRow[];
  /** The name of who looks. */
  own: string;
  canChange: boolean;
  onReset: (row: AccountRow) => void;
  onDelete: (row: AccountRow) => void;
}

/** Who may sign in. */
export function AccountTable({ accounts, own, canChange, onReset, onDelete }: AccountTableProps) {
  return (
    <DataTable label="Accounts" columns={COLUMNS}>
      {accounts.map((row) => (
        <tr key={row.id}>
          <th scope="row" className="words">
            {row.name}
            {row.name === own && <span className="none"> you</span>}
          </th>
          <td className="words">{row.role}</td>
          <td>
            <Age time={row.created} ago />
          </td>
          <td>
            <Age time={row.password_changed} ago />
          </td>
          <td>
            {canChange && row.name !== own && (
              <>
                <Button onClick={() => onReset(row)} aria-label={`Set password of ${row.name}`}>
                  Set password
                </Button>
                <Button onClick={() => onDelete(row)} aria-label={`Delete ${row.name}`}>
                  Delete
                </Button>
              </>
            )}
          </td>
        </tr>
      ))}
    </DataTable>
  );
}
