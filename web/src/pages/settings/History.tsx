import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { isRepricing, reprice, repricingsQuery } from "../../api/prices";
import { formatDay } from "../../model/format";
import { Button } from "../../ui/Button";
import { useSession } from "../useSession";
import { HistoryDays } from "./HistoryDays";
import { RepricingRow } from "./RepricingRow";
import "./History.css";

const MONTH_MS = 30 * 86_400_000;
const SHOWN = 3;

/** Gives what is stored the prices of now: first what would change, then the change. */
export function History({ project }: { project: string }) {
  const queries = useQueryClient();
  const { csrf, isAdmin } = useSession();
  const { data, error } = useQuery(repricingsQuery(project));
  const [days, setDays] = useState(() => ({ from: formatDay(Date.now() - MONTH_MS), to: "" }));
  const begin = useMutation({
    mutationFn: (isPreview: boolean) => reprice(project, days, isPreview, csrf),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["repricings", project] }),
  });
  const isIdle = days.from !== "" && !isRepricing(data) && !begin.isPending;
  const trouble = begin.error ?? error;
  return (
    <section className="history">
      <h2>Re-price what is stored</h2>
      <p className="prices-note">
        Stored spans keep the cost that they were received with until they are re-priced.
      </p>
      {isAdmin && (
        <div className="history-asked">
          <HistoryDays days={days} onChange={setDays} />
          <Button variant="outlined" disabled={!isIdle} onClick={() => begin.mutate(true)}>
            Preview
          </Button>
          <Button variant="outlined" disabled={!isIdle} onClick={() => begin.mutate(false)}>
            Re-price
          </Button>
        </div>
      )}
      {data?.repricings.length === 0 && (
        <p className="prices-note">Nothing was re-priced yet. A preview changes nothing.</p>
      )}
      {trouble && <p role="alert">{trouble.message}</p>}
      {data?.repricings.slice(0, SHOWN).map((job) => (
        <RepricingRow key={job.id} project={project} job={job} />
      ))}
    </section>
  );
}
