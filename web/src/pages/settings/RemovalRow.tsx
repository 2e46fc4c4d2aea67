import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { RetentionTurn } from "../../api/removals";
import { nameOr } from "../../model/format";
import { describeRemoval } from "../../model/removal";
import { Age } from "../../ui/Age";
import "./RemovalRow.css";

interface RemovalRowProps {
  project: string;
  job: Omit<RetentionTurn, "asked_by">;
  title: string;
  /** Who asked for it, and what else is known. */
  children?: ReactNode;
}

/** A removal or its preview: how far it is, what goes, and some of the traces. */
export function RemovalRow({ project, job, title, children }: RemovalRowProps) {
  return (
    <article className="removal" aria-label={title}>
      <p role="status">
        <b>{title}</b>, <Age time={job.created} ago />. {describeRemoval(job)}
      </p>
      {job.state === "running" && <progress aria-label="Progress" value={job.progress} />}
      {job.error !== "" && <p role="alert">It does not go on, and tries again: {job.error}</p>}
      {children}
      {job.examples.length > 0 && (
        <details>
          <summary>
            {job.preview ? "Some of the traces that would go" : "Some of the traces"}
          </summary>
          <ul>
            {job.examples.map((one) => (
              <li key={one.trace_id}>
                {job.preview ? (
                  <Link
                    to="/p/$project/traces/$traceId"
                    params={{ project, traceId: one.trace_id }}
                  >
                    {nameOr(one.name, one.trace_id)}
                  </Link>
                ) : (
                  nameOr(one.name, one.trace_id)
                )}{" "}
                <Age time={one.start} ago />
              </li>
            ))}
          </ul>
        </details>
      )}
    </article>
  );
}
