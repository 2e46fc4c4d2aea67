import type { SessionRow } from "../../api/rows";
import { formatExact } from "../../model/format";
import { termFor } from "../../model/terms";
import { InOut } from "../list/InOut";
import { ListLink } from "../list/ListLink";
import type { PeekProps } from "../list/listKind";
import { Peek } from "../list/Peek";
import { SessionLink } from "../list/SessionLink";
import { TotalFacts } from "../list/TotalFacts";
import { TraceTurns } from "../list/TraceTurns";
import { useRow } from "../list/useRow";

/** A session at a glance: totals, what began it and what ended it, and its traces. */
export function SessionPeek({ project, id, row, onClose }: PeekProps<SessionRow>) {
  const filter = termFor("session", id);
  const found = useRow("sessions", project, filter, row);
  return (
    <Peek
      id={id}
      found={found}
      nameOf={(session) => session.session_id}
      link={<SessionLink sessionId={id}>Open</SessionLink>}
      onClose={onClose}
    >
      {(session) => (
        <>
          <TotalFacts
            row={session}
            facts={[
              [
                "User",
                session.user_id && (
                  <ListLink key="user" noun="sessions" filter={termFor("user", session.user_id)}>
                    {session.user_id}
                  </ListLink>
                ),
              ],
              ["Users", session.users > 1 && formatExact(session.users)],
            ]}
          />
          <InOut input={session.input_preview} output={session.output_preview} />
          <TraceTurns project={project} filter={filter} sort="start" title="Traces" />
        </>
      )}
    </Peek>
  );
}
