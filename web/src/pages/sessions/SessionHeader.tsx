import type { SessionRow } from "../../api/rows";
import { counted, formatDuration, formatShare, parseTime } from "../../model/format";
import { termFor } from "../../model/terms";
import { Age } from "../../ui/Age";
import { CopyButton } from "../../ui/CopyButton";
import { Money } from "../../ui/Money";
import { Tokens } from "../../ui/Tokens";
import { ListLink } from "../list/ListLink";
import { TraceLink } from "../list/TraceLink";

interface SessionHeaderProps {
  session: SessionRow;
  /** Id of its first trace; empty without one. */
  firstId: string;
}

/** Whose session it was, how long it went on, and what it added up to. */
export function SessionHeader({ session, firstId }: SessionHeaderProps) {
  const { session_id: id, user_id: user } = session;
  const lastedNs = (parseTime(session.last_seen) - parseTime(session.first_seen)) * 1e6;
  return (
    <header className="session-header">
      <h2 title={id}>
        <span className="cut">{id}</span>
        <CopyButton text={id} what="session id" />
      </h2>
      <ul>
        {user !== "" && (
          <li>
            user{" "}
            <ListLink noun="sessions" filter={termFor("user", user)} label={`Sessions of ${user}`}>
              {user}
            </ListLink>
          </li>
        )}
        <li className="number">{counted(session.traces, "turn")}</li>
        {lastedNs > 0 && <li className="number">over {formatDuration(lastedNs)}</li>}
        <li>
          last <Age time={session.last_seen} ago />
        </li>
        <li>
          <Tokens input={session.input_tokens} output={session.output_tokens} hasOutput />
        </li>
        <li>
          <Money dollars={session.total_cost} />
        </li>
        {session.errors > 0 && (
          <li className="session-errors number">
            {session.errors} failed ({formatShare(session.error_rate)})
          </li>
        )}
        <li>{session.services.join(", ")}</li>
        {firstId !== "" && (
          <li>
            <TraceLink traceId={firstId} lens="replay">
              Replay
            </TraceLink>
          </li>
        )}
        <li>
          <ListLink noun="traces" filter={termFor("session", id)}>
            List as traces
          </ListLink>
        </li>
      </ul>
    </header>
  );
}
