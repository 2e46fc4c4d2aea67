import { useMutation, useQueryClient } from "@tanstack/react-query";
import { cancelRepricing, type Repricing } from "../../api/prices";
import { describeDays, describeRepricing } from "../../model/repricing";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import { useSession } from "../useSession";
import { BiggestDifferences } from "./BiggestDifferences";
import { ChangedModels } from "./ChangedModels";

/** One re-pricing: what it is about, how far it is, and what it changes. */
export function RepricingRow({ project, job }: { project: string; job: Repricing }) {
  const queries = useQueryClient();
  const { csrf, isAdmin } = useSession();
  const stop = useMutation({
    mutationFn: () => cancelRepricing(project, job.id, csrf),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["repricings", project] }),
  });
  return (
    <article className="repricing" aria-label={job.preview ? "Preview" : "Re-pricing"}>
      <p role="status">
        <b>{job.preview ? "Preview" : "Re-pricing"}</b> {describeDays(job)},{" "}
        <Age time={job.created} ago />. {describeRepricing(job)}
      </p>
      {job.state === "running" && (
        <div className="repricing-progress">
          <progress aria-label="Progress" value={job.progress} />
          {isAdmin && <Button onClick={() => stop.mutate()}>Stop</Button>}
        </div>
      )}
      {stop.error && <p role="alert">{stop.error.message}</p>}
      {job.error !== "" && <p role="alert">It does not go on, and tries again: {job.error}</p>}
      {job.models.length > 0 && <ChangedModels models={job.models} />}
      {job.biggest.length > 0 && <BiggestDifferences project={project} spans={job.biggest} />}
    </article>
  );
}
