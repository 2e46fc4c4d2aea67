import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { LIST_PATHS, type ListNoun } from "../shell/pageTable";
import { kept } from "./useGo";

interface ListLinkProps {
  noun: ListNoun;
  filter: string;
  children: ReactNode;
  label?: string;
}

/** Leads to another list with this filter. */
export function ListLink({ noun, filter, children, label }: ListLinkProps) {
  const { project } = useParams({ from: "/p/$project" });
  return (
    <Link
      to={LIST_PATHS[noun]}
      params={{ project }}
      search={(before) => ({ ...kept(before), filter })}
      aria-label={label}
      title={label}
    >
      {children}
    </Link>
  );
}
