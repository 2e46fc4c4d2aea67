import { useQuery } from "@tanstack/react-query";
import { type Versions, versionsQuery } from "../../api/storage";
import { formatExact } from "../../model/format";
import { Age } from "../../ui/Age";
import { DataTable } from "../../ui/DataTable";
import { useView } from "../shell/useView";
import { Loaded } from "./Loaded";
import { Tab } from "./Tab";

const COLUMNS = [
  { name: "Library", type: "words", hint: "telemetry.sdk.name of the resource" },
  { name: "Language", type: "words" },
  { name: "Version", type: "words" },
  { name: "Traces" },
  { name: "Last seen" },
] as const;

/** What this server is made of, and who sends to the project. */
export function VersionsTab() {
  const { project } = useView();
  const versions = useQuery(versionsQuery(project));
  return (
    <Tab title="Versions" note="What to name when you ask for help.">
      <Loaded query={versions} what="The versions">
        {(found) => (
          <>
            <Own found={found} />
            <Senders project={project} found={found} />
          </>
        )}
      </Loaded>
    </Tab>
  );
}

function Own({ found }: { found: Versions }) {
  return (
    <dl className="tab-facts">
      <dt>Clearspan</dt>
      <dd>{found.server}</dd>
      <dt>Engine</dt>
      <dd>ClickHouse {found.engine}</dd>
      <dt>Schema</dt>
      <dd>
        migration {found.schema_migration}, catalog {found.catalog_revision}
      </dd>
      <dt>Rules that fill spans</dt>
      <dd>{found.normaliser}</dd>
      <dt>Price list</dt>
      <dd>{found.price_list}</dd>
    </dl>
  );
}

function Senders({ project, found }: { project: string; found: Versions }) {
  if (found.senders.length === 0) {
    return (
      <p className="tab-note">
        Nothing was sent to {project} in the last {found.senders_days} days.
      </p>
    );
  }
  return (
    <DataTable label={`Libraries that sent to ${project}`} columns={COLUMNS}>
      {found.senders.map((one) => (
        <tr key={`${one.name} ${one.language} ${one.version}`}>
          <th scope="row" className="words">
            {one.name || <span className="none">does not say</span>}
          </th>
          <td className="words">{one.language}</td>
          <td className="words mono">{one.version}</td>
          <td>{formatExact(one.spans)}</td>
          <td>
            <Age time={one.last_seen} ago />
          </td>
        </tr>
      ))}
    </DataTable>
  );
}
