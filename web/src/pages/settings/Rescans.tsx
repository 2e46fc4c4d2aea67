import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { isRescanning, rescan, rescansQuery } from "../../api/redaction";
import { formatDay } from "../../model/format";
import { Button } from "../../ui/Button";
import { useSession } from "../useSession";
import { HistoryDays } from "./HistoryDays";
import { RescanRow } from "./RescanRow";
import "./History.css";

const MONTH_MS = 30 * 86_400_000;
const SHOWN = 3;

/** Redacts what is stored by the rules of now: first what would change, then the change. */
export function Rescans({ project }: { project: string }) {
  const queries = useQueryClient();
  const { csrf, isAdmin } = useSession();
  const { data, error } = useQuery(rescansQuery(project));
  const [days, setDays] = useState(() => ({ from: formatDay(Date.now() - MONTH_MS), to: "" }));
  const begin = useMutation({
    mutationFn: (isPreview: boolean) => rescan(project, days, isPreview, csrf),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["rescans", project] }),
  });
  const isIdle = days.from !== "" && !isRescanning(data) && !begin.isPending;
  const trouble = begin.error ?? error;
  return (
    <section className="history" aria-label="Rescan">
      <h3>Rescan what is stored</h3>
      <p className="tab-note">
        Rules hold for what comes after them. A rescan reads stored spans again and redacts what the
        rules of now find; what was redacted before stays so.
      </p>
      {isAdmin && (
        <div className="history-asked">
          <HistoryDays days={days} onChange={setDays} />
          <Button variant="outlined" disabled={!isIdle} onClick={() => begin.mutate(true)}>
            Preview
          </Button>
          <Button variant="outlined" disabled={!isIdle} onClick={() => begin.mutate(false)}>
            Rescan
          </Button>
        </div>
      )}
      {trouble && <p role="alert">{trouble.message}</p>}
      {data?.rescans.slice(0, SHOWN).map((job) => (
        <RescanRow key={job.id} project={project} job={job} />
      ))}
    </section>
  );
}
