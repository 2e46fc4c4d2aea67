import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { quarantineQuery } from "../../api/deliveries";
import type { View } from "../shell/useView";
import { useSession } from "../useSession";
import { Decision, type Request } from "./Decision";
import { QuarantineTable } from "./QuarantineTable";

/** What the engine refused: kept, with the reason, until somebody decides. */
export function Quarantine({ view }: { view: View }) {
  const { project, isLive } = view;
  const { isAdmin } = useSession();
  const { data, error } = useQuery(quarantineQuery(project, isLive));
  const [request, setRequest] = useState<Request | null>(null);
  const [outcome, setOutcome] = useState("");
  return (
    <section className="delivery-part">
      <h2>Quarantine</h2>
      {error && (
        <p className="delivery-note" role="alert">
          It could not be read: {error.message}
        </p>
      )}
      <p className="delivery-note" role="status">
        {outcome !== "" ? outcome : data?.total === 0 && "Empty: the engine took every record."}
      </p>
      {data && data.total > 0 && (
        <QuarantineTable
          project={project}
          rows={data.rows}
          total={data.total}
          canAct={isAdmin}
          onAct={setRequest}
        />
      )}
      {request && (
        <Decision
          project={project}
          request={request}
          onClose={() => setRequest(null)}
          onDone={(said) => {
            setRequest(null);
            setOutcome(said);
          }}
        />
      )}
    </section>
  );
}
