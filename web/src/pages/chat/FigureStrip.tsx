import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { figuresQuery } from "../../api/chat";
import { formatExact } from "../../model/format";
import { Duration } from "../../ui/Duration";
import { Money } from "../../ui/Money";
import { Tokens } from "../../ui/Tokens";
import { Waiting } from "../../ui/Waiting";
import "./FigureStrip.css";

/** What this conversation took so far, from the recorded calls. */
export function FigureStrip({ project, id }: { project: string; id: string }) {
  const { data, error } = useQuery(figuresQuery(project, id));
  return (
    <aside className="figure-strip" aria-label="Figures of the conversation">
      {error && <p role="alert">{error.message}</p>}
      {!data && !error && <Waiting rows={6} />}
      {data && (
        <dl>
          <Row name="Requests">{formatExact(data.totals.requests)}</Row>
          <Row name="Latency p50">
            <Duration ns={data.totals.latency_p50_ns} />
          </Row>
          <Row name="Latency p95">
            <Duration ns={data.totals.latency_p95_ns} />
          </Row>
          <Row name="Errors" isBad={data.totals.errors > 0}>
            {formatExact(data.totals.errors)}
          </Row>
          <Row name="Cancelled">{formatExact(data.totals.cancelled)}</Row>
          <Row name="Tokens">
            <Tokens input={data.totals.input_tokens} output={data.totals.output_tokens} hasOutput />
          </Row>
          <Row name="Cost">
            <Money dollars={data.totals.total_cost} />
          </Row>
        </dl>
      )}
      <Link
        className="button"
        data-variant="outlined"
        to="/p/$project/sessions/$sessionId"
        params={{ project, sessionId: id }}
      >
        As a session
      </Link>
    </aside>
  );
}

interface RowProps {
  name: string;
  isBad?: boolean;
  children: ReactNode;
}

function Row({ name, isBad = false, children }: RowProps) {
  return (
    <div data-bad={isBad}>
      <dt>{name}</dt>
      <dd className="number">{children}</dd>
    </div>
  );
}
