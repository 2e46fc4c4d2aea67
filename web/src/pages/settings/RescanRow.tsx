import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { cancelRescan, type Rescan } from "../../api/redaction";
import { describeRescan } from "../../model/redaction";
import { describeDays } from "../../model/repricing";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import { DataTable } from "../../ui/DataTable";
import { useSession } from "../useSession";

const COLUMNS = [
  { name: "Trace", type: "words" },
  { name: "Field", type: "words" },
  { name: "Afterwards", type: "words" },
] as const;
const ID_CHARS = 8;

/** One rescan: what it is about, how far it is, and what it changes. */
export function RescanRow({ project, job }: { project: string; job: Rescan }) {
  const queries = useQueryClient();
  const { csrf, isAdmin } = useSession();
  const stop = useMutation({
    mutationFn: () => cancelRescan(project, job.id, csrf),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["rescans", project] }),
  });
  return (
    <article className="repricing" aria-label={job.preview ? "Preview" : "Rescan"}>
      <p role="status">
        <b>{job.preview ? "Preview" : "Rescan"}</b> {describeDays(job)},{" "}
        <Age time={job.created} ago />. {describeRescan(job)}
      </p>
      {job.state === "running" && (
        <div className="repricing-progress">
          <progress aria-label="Progress" value={job.progress} />
          {isAdmin && <Button onClick={() => stop.mutate()}>Stop</Button>}
        </div>
      )}
      {stop.error && <p role="alert">{stop.error.message}</p>}
      {job.error !== "" && <p role="alert">It does not go on, and tries again: {job.error}</p>}
      {job.examples.length > 0 && <Examples project={project} job={job} />}
    </article>
  );
}

function Examples({ project, job }: { project: string; job: Rescan }) {
  return (
    <details>
      <summary>Examples</summary>
      <DataTable label="Examples" columns={COLUMNS}>
        {job.examples.map(({ trace_id, span_id, field, new: text }) => (
          <tr key={`${span_id} ${field}`}>
            <th scope="row" className="words mono">
              <Link to="/p/$project/traces/$traceId" params={{ project, traceId: trace_id }}>
                {trace_id.slice(0, ID_CHARS)}
              </Link>
            </th>
            <td className="words">{field}</td>
            <td className="words mono rescan-text">{text}</td>
          </tr>
        ))}
      </DataTable>
    </details>
  );
}
