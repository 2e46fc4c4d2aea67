import type { UseQueryResult } from "@tanstack/react-query";
import { plainType, type SqlSchema } from "../../model/sqlText";
import { Button } from "../../ui/Button";
import { Waiting } from "../../ui/Waiting";
import "./SchemaPanel.css";

interface SchemaPanelProps {
  schema: UseQueryResult<SqlSchema>;
  onInsert: (name: string) => void;
  onClose: () => void;
}

/** Tables and their columns with what they mean; a click writes the name into the query. */
export function SchemaPanel({ schema, onInsert, onClose }: SchemaPanelProps) {
  return (
    <aside className="schema" aria-label="Tables">
      <header className="schema-head">
        <h2>Tables</h2>
        <Button icon="close" aria-label="Close the tables" title="Close" onClick={onClose} />
      </header>
      <div className="schema-body">
        {schema.isError ? (
          <p className="schema-failed">
            Not known. <Button onClick={() => void schema.refetch()}>List again</Button>
          </p>
        ) : schema.data ? (
          schema.data.tables.map((table) => (
            <TableLines key={table.name} table={table} onInsert={onInsert} />
          ))
        ) : (
          <Waiting rows={8} />
        )}
      </div>
    </aside>
  );
}

interface TableLinesProps {
  table: SqlSchema["tables"][number];
  onInsert: (name: string) => void;
}

function TableLines({ table: { name, says, columns }, onInsert }: TableLinesProps) {
  return (
    <details className="schema-table">
      <summary title={says}>
        <b className="mono">{name}</b>
        <span className="schema-says cut">{says.replace(/^\w+: /, "")}</span>
      </summary>
      <ul>
        {[{ name, type: "the table itself", says }, ...columns].map((column) => (
          <li key={`${column.name} ${column.type}`}>
            <button
              type="button"
              title={`${column.says}\n${column.type}`}
              aria-label={`Insert ${column.name}, ${column.type}: ${column.says}`}
              onClick={() => onInsert(column.name)}
            >
              <span className="schema-name mono cut">{column.name}</span>
              <span className="schema-type cut">{plainType(column.type)}</span>
              <span className="schema-says cut">{column.says}</span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
