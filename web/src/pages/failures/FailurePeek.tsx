import { useQuery } from "@tanstack/react-query";
import { firstRowsQuery, type FailureRow } from "../../api/rows";
import { counted, formatExact, nameOr } from "../../model/format";
import { termFor } from "../../model/terms";
import { Age } from "../../ui/Age";
import { KindGlyph } from "../../ui/KindGlyph";
import { PeekPanel } from "../../ui/list/PeekPanel";
import { Facts } from "../list/Facts";
import { ListLink } from "../list/ListLink";
import type { PeekProps } from "../list/listKind";
import { StackPreview } from "../list/StackPreview";
import { TraceLink } from "../list/TraceLink";
import { useView } from "../shell/useView";
import "../list/TraceTurns.css";

/** A group of failures at a glance: message, stack of an example, whom it hit, and since when. */
export function FailurePeek({ project, id, row, onClose }: PeekProps<FailureRow>) {
  const filter = termFor("fingerprint", id);
  const link = (
    <ListLink noun="spans" filter={filter}>
      Spans
    </ListLink>
  );
  return (
    <PeekPanel label={row ? nameOr(row.name, row.fingerprint) : id} link={link} onClose={onClose}>
      {row ? (
        <>
          <p className="failure-peek-message" dir="auto">
            {row.error_type !== "" && <b>{row.error_type}: </b>}
            {row.message}
          </p>
          <TraceLink
            traceId={row.example.trace_id}
            spanId={row.example.span_id}
            className="failure-peek-example"
          >
            Open an example
          </TraceLink>
          <FailureFacts row={row} />
          <StackPreview
            project={project}
            traceId={row.example.trace_id}
            spanId={row.example.span_id}
          />
          <AffectedUsers project={project} filter={filter} count={row.users} />
        </>
      ) : (
        <p>
          This list does not show the group.{" "}
          <ListLink noun="spans" filter={filter}>
            Its spans
          </ListLink>{" "}
          may lie outside of the time range.
        </p>
      )}
    </PeekPanel>
  );
}

function FailureFacts({ row }: { row: FailureRow }) {
  return (
    <Facts
      facts={[
        [
          "Kind",
          <span key="kind">
            <KindGlyph kind={row.kind} /> {row.kind}
          </span>,
        ],
        ["Class", row.error_class.replaceAll("_", " ")],
        ["Count", `${formatExact(row.count)} in ${counted(row.traces, "trace")}`],
        ["Users", row.users > 0 && formatExact(row.users)],
        ["First seen", <Age key="first" time={row.first_seen} ago />],
        ["Last seen", <Age key="last" time={row.last_seen} ago />],
        ["Versions", row.versions.join(", ")],
        ["Services", row.services.join(", ")],
      ]}
    />
  );
}

const SHOWN_USERS = 6;

interface AffectedUsersProps {
  project: string;
  filter: string;
  count: number;
}

/** Those of the range, as the count above them. */
function AffectedUsers({ project, filter, count }: AffectedUsersProps) {
  const { range } = useView();
  const question = { noun: "users", project, filter, range, sort: "-last_seen", more: {} } as const;
  const { data = [] } = useQuery(firstRowsQuery<"users">(question, SHOWN_USERS));
  if (data.length === 0) return null;
  return (
    <section className="turns-short">
      <h3>Affected users</h3>
      <ul>
        {data.map((user) => (
          <li key={user.user_id}>
            <ListLink noun="traces" filter={`${filter} ${termFor("user", user.user_id)}`}>
              <span className="cut">{user.user_id}</span>
              <span className="unit">{counted(user.traces, "trace")}</span>
            </ListLink>
          </li>
        ))}
        {count > data.length && (
          <li>
            <ListLink noun="users" filter={filter}>
              All {counted(count, "user")}
            </ListLink>
          </li>
        )}
      </ul>
    </section>
  );
}
