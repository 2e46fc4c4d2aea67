import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { kept } from "./useGo";

interface TraceLinkProps {
  traceId: string;
  /** The span that is shown there. */
  spanId?: string;
  /** Where it is not the tree. */
  lens?: "replay";
  children: ReactNode;
  label?: string;
  className?: string;
}

/** Leads to the page of a trace. */
export function TraceLink(props: TraceLinkProps) {
  const { traceId, spanId = "", lens = "", children, label, className } = props;
  const { project } = useParams({ from: "/p/$project" });
  return (
    <Link
      to="/p/$project/traces/$traceId"
      params={{ project, traceId }}
      search={(before) => ({ ...kept(before), span: spanId, lens })}
      aria-label={label}
      title={label}
      className={className}
    >
      {children}
    </Link>
  );
}
