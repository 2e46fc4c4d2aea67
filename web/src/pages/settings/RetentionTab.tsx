import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { coldQuery, retain, retentionQuery, turnsQuery } from "../../api/removals";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { useSession } from "../useSession";
import { ColdStorage } from "./ColdStorage";
import { Loaded } from "./Loaded";
import { RemovalRow } from "./RemovalRow";
import { RetentionFields } from "./RetentionFields";
import { Tab } from "./Tab";

const NOTE =
  "How long this project keeps what was sent. Every night what is older goes; sums by the hour stay longer, so that Overview and Cost know their history to the last digit.";

/** How long a project keeps what was sent, and what went. */
export function RetentionTab() {
  const { project } = useParams({ from: "/p/$project" });
  const { isAdmin } = useSession();
  return (
    <Tab title="Retention" note={NOTE}>
      {isAdmin ? (
        <Retention key={project} project={project} />
      ) : (
        <Notice title="Only an admin sees how long is kept what was sent" />
      )}
    </Tab>
  );
}

function Retention({ project }: { project: string }) {
  const policy = useQuery(retentionQuery(project));
  const cold = useQuery(coldQuery(project));
  return (
    <>
      <Loaded query={policy} what="The retention">
        {(held) => (
          <Loaded query={cold} what="Cold storage">
            {(months) => (
              <>
                <RetentionFields
                  key={JSON.stringify(held)}
                  project={project}
                  held={held}
                  hasColdStorage={months.folder !== ""}
                />
                <ColdStorage held={months} />
              </>
            )}
          </Loaded>
        )}
      </Loaded>
      <Turns project={project} />
    </>
  );
}

function Turns({ project }: { project: string }) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const turns = useQuery(turnsQuery(project));
  const begin = useMutation({
    mutationFn: (isPreview: boolean) => retain(project, isPreview, csrf),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["retention", project] }),
  });
  return (
    <>
      <div className="removal-form">
        <Button variant="outlined" disabled={begin.isPending} onClick={() => begin.mutate(true)}>
          Preview what would go now
        </Button>
        <Button variant="outlined" disabled={begin.isPending} onClick={() => begin.mutate(false)}>
          Remove it now
        </Button>
      </div>
      {begin.error && <p role="alert">{begin.error.message}</p>}
      <Loaded query={turns} what="What went">
        {({ turns: jobs }) =>
          jobs.length === 0 ? (
            <p className="tab-note">Nothing went yet. A preview removes nothing.</p>
          ) : (
            jobs.map((job) => (
              <RemovalRow
                key={job.id}
                project={project}
                job={job}
                title={job.preview ? "Preview" : job.asked_by === "nightly" ? "Night" : "Turn"}
              />
            ))
          )
        }
      </Loaded>
    </>
  );
}
