import { useQuery } from "@tanstack/react-query";
import { firstRowsQuery } from "../../api/rows";
import { nameOr } from "../../model/format";
import { standingOf } from "../../model/traceState";
import { Duration } from "../../ui/Duration";
import { StatusDot } from "../../ui/StatusDot";
import { ListLink } from "./ListLink";
import { TraceLink } from "./TraceLink";
import "./TraceTurns.css";

interface TraceTurnsProps {
  project: string;
  filter: string;
  sort: string;
  title: string;
}

const SHOWN = 12;

/** Some traces below each other, for a panel: what was said, and how long it took. */
export function TraceTurns({ project, filter, sort, title }: TraceTurnsProps) {
  const question = {
    noun: "traces",
    project,
    filter,
    range: { kind: "all" },
    sort,
    more: {},
  } as const;
  const { data = [] } = useQuery(firstRowsQuery<"traces">(question, SHOWN));
  return (
    <section className="turns-short">
      <h3>{title}</h3>
      <ul>
        {data.map((row) => (
          <li key={row.trace_id}>
            <TraceLink traceId={row.trace_id}>
              <StatusDot status={standingOf(row)} />
              <bdi className="cut">
                {row.input_preview === "" ? nameOr(row.name, row.trace_id) : row.input_preview}
              </bdi>
              <Duration ns={row.duration_ns} />
            </TraceLink>
          </li>
        ))}
      </ul>
      {data.length === SHOWN && (
        <ListLink noun="traces" filter={filter}>
          List all of them
        </ListLink>
      )}
    </section>
  );
}
