import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { type Erasure, erase, erasuresQuery, type Subject } from "../../api/removals";
import { FormDialog } from "../../ui/FormDialog";
import { Notice } from "../../ui/Notice";
import { useSession } from "../useSession";
import { ErasureForm } from "./ErasureForm";
import { Loaded } from "./Loaded";
import { RemovalRow } from "./RemovalRow";
import { Tab } from "./Tab";

const NOTE =
  "Removes what is stored of a person, a session or a trace, or with a text: spans, logs, metrics, scores, comments, files, items of datasets, views, what waits, and their names in sums. It cannot be undone. The record below tells who had what erased, and does not name the person.";

/** Erases on request, and shows what was erased. */
export function ErasureTab() {
  const { isAdmin } = useSession();
  return (
    <Tab title="Erasure" note={NOTE}>
      {isAdmin ? (
        <Erasures />
      ) : (
        <Notice title="Only an admin may erase">
          <p>Ask one for it; the record of erasures is for admins, too.</p>
        </Notice>
      )}
    </Tab>
  );
}

function Erasures() {
  const { project } = useParams({ from: "/p/$project" });
  const queries = useQueryClient();
  const { csrf } = useSession();
  const [subject, setSubject] = useState<Subject>({ by: "user", value: "", mentions: false });
  const [isAsking, setAsking] = useState(false);
  const erasures = useQuery(erasuresQuery(project));
  const begin = useMutation({
    mutationFn: (isPreview: boolean) => erase(project, subject, isPreview, csrf),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["erasures", project] }),
    onSettled: () => setAsking(false),
  });
  const isIdle = subject.value.trim() !== "" && !begin.isPending;
  return (
    <>
      <ErasureForm
        subject={subject}
        onChange={setSubject}
        isIdle={isIdle}
        onPreview={() => begin.mutate(true)}
        onErase={() => setAsking(true)}
      />
      {begin.error && <p role="alert">{begin.error.message}</p>}
      {isAsking && (
        <FormDialog
          title={`Erase the ${subject.by} ${subject.value}`}
          action="Erase"
          isBusy={begin.isPending}
          onSubmit={() => begin.mutate(false)}
          onClose={() => setAsking(false)}
        >
          <p>
            It is removed from every table and from the disk. Backups made before still have it.
          </p>
        </FormDialog>
      )}
      <Loaded query={erasures} what="The erasures">
        {({ erasures: jobs }) =>
          jobs.length === 0 ? (
            <p className="tab-note">Nothing was erased yet. A preview removes nothing.</p>
          ) : (
            jobs.map((job) => <ErasureRow key={job.id} project={project} job={job} />)
          )
        }
      </Loaded>
    </>
  );
}

function ErasureRow({ project, job }: { project: string; job: Erasure }) {
  const title = job.preview ? `Preview by ${job.by}` : `Erasure by ${job.by}`;
  return (
    <RemovalRow project={project} job={job} title={title}>
      <p>
        <small>
          {job.asked_by !== "" && `Asked for by ${job.asked_by}. `}
          Subject <code title={job.subject}>{job.subject.slice(0, 16)}…</code>
          {job.receipt !== "" && (
            <>
              {" "}
              Receipt <code title={job.receipt}>{job.receipt.slice(0, 16)}…</code>
            </>
          )}
          {job.rules > 0 && ` ${job.rules} rules of redaction and retention name it and stay.`}
          {job.unreadable > 0 &&
            ` ${job.unreadable} requests in the quarantine cannot be looked into and stay.`}
          {job.backups.length > 0 && (
            <> Backups made before still have it: {job.backups.join(", ")}.</>
          )}
        </small>
      </p>
    </RemovalRow>
  );
}
