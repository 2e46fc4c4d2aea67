import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type Storage, storageQuery } from "../../api/storage";
import { formatBytes } from "../../model/bytes";
import { counted, formatExact } from "../../model/format";
import { DataTable } from "../../ui/DataTable";
import { Loaded } from "./Loaded";
import { Tab } from "./Tab";

const COLUMNS = [
  { name: "Table", type: "words" },
  { name: "Rows", hint: "As they are on disk, older versions of a row included" },
  { name: "Bytes", hint: "Compressed" },
] as const;

/** What the data folder holds. */
export function StorageTab() {
  const storage = useQuery(storageQuery);
  return (
    <Tab title="Storage" note="What the data folder of this server holds, of all projects.">
      <Loaded query={storage} what="The storage">
        {(held) => (
          <>
            <Facts held={held} />
            <DataTable label="Tables" columns={COLUMNS}>
              {held.tables.map((table) => (
                <tr key={table.name}>
                  <th scope="row" className="words mono">
                    {table.name}
                  </th>
                  <td>{formatExact(table.rows)}</td>
                  <td>{formatBytes(table.bytes)}</td>
                </tr>
              ))}
            </DataTable>
          </>
        )}
      </Loaded>
    </Tab>
  );
}

function Facts({ held }: { held: Storage }) {
  const facts = [
    ["Folder", <code key="folder">{held.folder}</code>],
    [
      "Free disk",
      `${formatBytes(held.disk_free_bytes)} of ${formatBytes(held.disk_total_bytes)}; below ${formatBytes(held.min_free_bytes)} senders are told to wait`,
    ],
    ["Tables", formatBytes(held.engine_bytes)],
    [
      "Journal",
      `${formatBytes(held.journal_bytes)} in ${counted(held.journal_entries, "request")} on their way into the tables`,
    ],
    [
      "Quarantine",
      `${formatBytes(held.quarantine_bytes)}, ${counted(held.quarantine_rows, "row")} to be looked at`,
    ],
    ["Catalog", `${formatBytes(held.catalog_bytes)}: projects, keys, accounts, prices`],
  ] as const;
  return (
    <dl className="tab-facts">
      {facts.map(([name, value]) => (
        <Fact key={name} name={name}>
          {value}
        </Fact>
      ))}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
