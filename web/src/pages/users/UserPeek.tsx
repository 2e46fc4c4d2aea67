import { useQuery } from "@tanstack/react-query";
import { firstRowsQuery, type UserRow } from "../../api/rows";
import { counted, formatExact } from "../../model/format";
import { termFor } from "../../model/terms";
import { Age } from "../../ui/Age";
import { ListLink } from "../list/ListLink";
import type { PeekProps } from "../list/listKind";
import { Peek } from "../list/Peek";
import { SessionLink } from "../list/SessionLink";
import { TotalFacts } from "../list/TotalFacts";
import { TraceTurns } from "../list/TraceTurns";
import { useRow } from "../list/useRow";
import "../list/TraceTurns.css";

/** A user at a glance: totals, the latest sessions and the latest traces. */
export function UserPeek({ project, id, row, onClose }: PeekProps<UserRow>) {
  const filter = termFor("user", id);
  const found = useRow("users", project, filter, row);
  const link = (
    <ListLink noun="sessions" filter={filter}>
      Sessions
    </ListLink>
  );
  return (
    <Peek id={id} found={found} nameOf={(user) => user.user_id} link={link} onClose={onClose}>
      {(user) => (
        <>
          <TotalFacts row={user} facts={[["Sessions", formatExact(user.sessions)]]} />
          <LatestSessions project={project} filter={filter} />
          <TraceTurns project={project} filter={filter} sort="-start" title="Latest traces" />
        </>
      )}
    </Peek>
  );
}

const SHOWN = 6;

function LatestSessions({ project, filter }: { project: string; filter: string }) {
  const range = { kind: "all" } as const;
  const question = {
    noun: "sessions",
    project,
    filter,
    range,
    sort: "-last_seen",
    more: {},
  } as const;
  const { data = [] } = useQuery(firstRowsQuery<"sessions">(question, SHOWN));
  if (data.length === 0) return null;
  return (
    <section className="turns-short">
      <h3>Latest sessions</h3>
      <ul>
        {data.map((session) => (
          <li key={session.session_id}>
            <SessionLink sessionId={session.session_id}>
              <span className="cut">{session.session_id}</span>
              <span className="unit">{counted(session.traces, "trace")}</span>
              <Age time={session.last_seen} ago />
            </SessionLink>
          </li>
        ))}
      </ul>
    </section>
  );
}
