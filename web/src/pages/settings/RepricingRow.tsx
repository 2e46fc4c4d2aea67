import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { cancelRepricing, type Repricing } from "../../api/prices";
import { meQuery } from "../../api/session";
import { describeDifference, describeRepricing } from "../../model/repricing";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import { DataTable } from "../../ui/DataTable";

const COLUMNS = [
  { name: "Span", type: "words" },
  { name: "Model", type: "words" },
  { name: "Cost" },
] as const;

/** One re-pricing: what it is about, how far it is, and the biggest differences. */
export function RepricingRow({ project, job }: { project: string; job: Repricing }) {
  const queries = useQueryClient();
  const csrf = useQuery(meQuery).data?.csrf ?? "";
  const stop = useMutation({
    mutationFn: () => cancelRepricing(project, job.id, csrf),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["repricings", project] }),
  });
  return (
    <article className="repricing" aria-label={job.dry_run ? "Preview" : "Re-pricing"}>
      <p role="status">
        <b>{job.dry_run ? "Preview" : "Re-pricing"}</b> since {job.since.slice(0, 10)},{" "}
        <Age time={job.created} ago />. {describeRepricing(job)}
      </p>
      {job.state === "running" && (
        <div className="repricing-progress">
          <progress aria-label="Progress" value={job.progress} />
          <Button onClick={() => stop.mutate()}>Stop</Button>
        </div>
      )}
      {job.error !== "" && <p role="alert">It does not go on, and tries again: {job.error}</p>}
      {job.biggest.length > 0 && (
        <DataTable label="Biggest differences" columns={COLUMNS}>
          {job.biggest.map((one) => (
            <tr key={`${one.trace_id} ${one.span_id}`}>
              <th scope="row" className="words">
                <Link
                  to="/p/$project/traces/$traceId"
                  params={{ project, traceId: one.trace_id }}
                  search={{ span: one.span_id, tab: "usage" }}
                >
                  {one.name}
                </Link>
              </th>
              <td className="words mono">{one.model}</td>
              <td>{describeDifference(one.old, one.new)}</td>
            </tr>
          ))}
        </DataTable>
      )}
    </article>
  );
}
