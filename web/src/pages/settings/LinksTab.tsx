import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { revokeShare, type ShareRow, sharesQuery } from "../../api/shares";
import { formatAbsolute, formatDay, parseTime } from "../../model/format";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import { DataTable } from "../../ui/DataTable";
import { useView } from "../shell/useView";
import { useSession } from "../useSession";
import { Loaded } from "./Loaded";
import { Tab } from "./Tab";

const COLUMNS = [
  { name: "Trace", type: "words" },
  { name: "Shows", type: "words" },
  { name: "By", type: "words" },
  { name: "Made" },
  { name: "Last opened", hint: "To the minute" },
  { name: "Ends" },
  { name: "" },
] as const;

/** The links with which others read single traces. */
export function LinksTab() {
  const { project } = useView();
  const { isAdmin, isOpen } = useSession();
  const shares = useQuery(sharesQuery(project));
  return (
    <Tab
      title="Links"
      note={`Whoever has such a link reads one trace without signing in. The menu of a trace makes them. ${isOpen ? "There are none before there is an account." : ""}`}
    >
      <Loaded query={shares} what="The links">
        {(rows) =>
          rows.length === 0 ? (
            <p className="tab-note" role="status">
              No trace of this project is shared.
            </p>
          ) : (
            <DataTable label="Links" columns={COLUMNS}>
              {rows.map((row) => (
                <Row key={row.id} project={project} row={row} canChange={isAdmin} />
              ))}
            </DataTable>
          )
        }
      </Loaded>
    </Tab>
  );
}

interface RowProps {
  project: string;
  row: ShareRow;
  canChange: boolean;
}

function Row({ project, row, canChange }: RowProps) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const revoke = useMutation({
    mutationFn: () => revokeShare(project, row.id, csrf),
    onSettled: () => queries.invalidateQueries({ queryKey: ["shares", project] }),
  });
  const end = parseTime(row.expires);
  const short = row.trace_id.slice(0, 8);
  return (
    <tr>
      <th scope="row" className="words mono">
        <Link to="/p/$project/traces/$traceId" params={{ project, traceId: row.trace_id }}>
          {short}
        </Link>
      </th>
      <td className="words">{row.has_texts ? "texts too" : "no texts"}</td>
      <td className="words">{row.author}</td>
      <td>
        <Age time={row.created} ago />
      </td>
      <td>
        {row.opened === null ? <span className="none">never</span> : <Age time={row.opened} ago />}
      </td>
      <td title={formatAbsolute(end)}>{formatDay(end)}</td>
      <td>
        {canChange && (
          <Button
            aria-label={`Revoke the link to ${short}`}
            disabled={revoke.isPending}
            onClick={() => revoke.mutate()}
          >
            {revoke.isError ? "Try again" : "Revoke"}
          </Button>
        )}
      </td>
    </tr>
  );
}
