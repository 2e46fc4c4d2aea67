import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { kept } from "./useGo";

interface SessionLinkProps {
  sessionId: string;
  children: ReactNode;
  label?: string;
}

/** Leads to the page of a session. */
export function SessionLink({ sessionId, children, label }: SessionLinkProps) {
  const { project } = useParams({ from: "/p/$project" });
  return (
    <Link
      to="/p/$project/sessions/$sessionId"
      params={{ project, sessionId }}
      search={kept}
      aria-label={label}
      title={label}
    >
      {children}
    </Link>
  );
}
