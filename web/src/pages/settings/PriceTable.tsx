import type { PriceRow } from "../../api/prices";
import { className } from "../../model/priceForm";
import { formatUnitPrice } from "../../model/priceLines";
import { Button } from "../../ui/Button";
import { DataTable } from "../../ui/DataTable";
import "./PriceTable.css";

const COLUMNS = [
  { name: "Model", type: "words", hint: "A name, in which * stands for any characters" },
  { name: "Provider", type: "words" },
  { name: "From", type: "words", hint: "The day, in UTC, from which the prices hold" },
  { name: "US dollars a million", type: "words" },
  { name: "" },
] as const;

interface PriceTableProps {
  entries: readonly PriceRow[];
  canChange: boolean;
  onEdit: (entry: PriceRow) => void;
  onDelete: (entry: PriceRow) => void;
}

/** The project's own prices, each with what can be done about it. */
export function PriceTable({ entries, canChange, onEdit, onDelete }: PriceTableProps) {
  return (
    <DataTable label="Own prices" columns={COLUMNS}>
      {entries.map((entry) => (
        <tr key={entry.id}>
          <th scope="row" className="words mono price-model" title={entry.model}>
            {entry.model}
          </th>
          <td className="words">
            {entry.provider === "" ? <span className="none">any</span> : entry.provider}
          </td>
          <td className="words">{entry.since ?? <span className="none">ever since</span>}</td>
          <td className="words price-list">
            {Object.entries(entry.prices).map(([name, price]) => (
              <span key={name}>
                {className(name)} <b>{formatUnitPrice(price)}</b>
              </span>
            ))}
          </td>
          <td>
            {canChange && (
              <>
                <Button onClick={() => onEdit(entry)} aria-label={`Edit ${entry.model}`}>
                  Edit
                </Button>
                <Button onClick={() => onDelete(entry)} aria-label={`Delete ${entry.model}`}>
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
