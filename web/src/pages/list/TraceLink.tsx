import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { kept } from "./useGo";

interface TraceLinkProps {
  traceId: string;
  /** The span that is shown there. */
  spanId?: string;
  children: ReactNode;
  label?: string;
  className?: string;
}

/** Leads to the page of a trace. */
export function TraceLink({ traceId, spanId = "", children, label, className }: TraceLinkProps) {
  const { project } = useParams({ from: "/p/$project" });
  return (
    <Link
      to="/p/$project/traces/$traceId"
      params={{ project, traceId }}
      search={(before) => ({ ...kept(before), span: spanId })}
      aria-label={label}
      title={label}
      className={className}
    >
      {children}
    </Link>
  );
}
