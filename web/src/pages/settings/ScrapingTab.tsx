import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type ScrapeRow, scrapesQuery } from "../../api/scrapes";
import { formatExact } from "../../model/format";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import { DataTable } from "../../ui/DataTable";
import { useView } from "../shell/useView";
import { useSession } from "../useSession";
import { Loaded } from "./Loaded";
import { ScrapeDeletion } from "./ScrapeDeletion";
import { ScrapeForm } from "./ScrapeForm";
import { Tab } from "./Tab";

const COLUMNS = [
  { name: "Endpoint", type: "words" },
  { name: "Service", type: "words" },
  { name: "Every" },
  { name: "Points", hint: "Of the last reading" },
  { name: "Read" },
  { name: "State", type: "words" },
  { name: "" },
] as const;

/** The Prometheus endpoints whose metrics come to the project. */
export function ScrapingTab() {
  const { project } = useView();
  const scrapes = useQuery(scrapesQuery(project));
  const { isAdmin } = useSession();
  const [isNew, setNew] = useState(false);
  const [gone, setGone] = useState<ScrapeRow | null>(null);
  return (
    <Tab
      title="Scraping"
      note={`This server reads Prometheus endpoints, such as those of vLLM, TGI or DCGM, into ${project}. It reads none by itself, and any address that an admin enters.`}
      action={
        isAdmin && (
          <Button variant="primary" onClick={() => setNew(true)}>
            New endpoint
          </Button>
        )
      }
    >
      <Loaded query={scrapes} what="The endpoints">
        {(rows) =>
          rows.length === 0 ? (
            <p className="tab-note">No endpoint is read into {project}.</p>
          ) : (
            <DataTable label="Endpoints" columns={COLUMNS}>
              {rows.map((row) => (
                <Row key={row.id} row={row} onDelete={isAdmin ? () => setGone(row) : null} />
              ))}
            </DataTable>
          )
        }
      </Loaded>
      {isNew && <ScrapeForm project={project} onClose={() => setNew(false)} />}
      {gone && <ScrapeDeletion project={project} row={gone} onClose={() => setGone(null)} />}
    </Tab>
  );
}

function Row({ row, onDelete }: { row: ScrapeRow; onDelete: (() => void) | null }) {
  const isWaiting = row.error === "" && row.read === null;
  return (
    <tr>
      <th scope="row" className="words mono">
        {row.url}
      </th>
      <td className="words">{row.service}</td>
      <td>{row.interval_s} s</td>
      <td>{row.read === null ? <span className="none">–</span> : formatExact(row.points)}</td>
      <td>
        {row.read === null ? <span className="none">never</span> : <Age time={row.read} ago />}
      </td>
      <td className="words">{row.error || (isWaiting ? "waiting" : "read")}</td>
      <td>
        {onDelete && (
          <Button onClick={onDelete} aria-label={`Delete ${row.url}`}>
            Delete
          </Button>
        )}
      </td>
    </tr>
  );
}
