import { useNavigate, useParams } from "@tanstack/react-router";
import { type Range, serializeRange } from "../../model/range";
import { LIST_PATHS, type ListNoun } from "../shell/pageTable";

export interface Go {
  trace: (traceId: string, spanId?: string) => void;
  session: (sessionId: string) => void;
  /** Two traces beside each other. */
  compare: (first: string, second: string) => void;
  list: (noun: ListNoun, filter: string, range?: Range) => void;
}

interface Kept {
  filter?: string;
  range?: string;
  live?: string;
}

/** What every page shares stays; what was of the page before goes. */
export function kept({ filter = "", range = "", live = "" }: Kept): Required<Kept> {
  return { filter, range, live };
}

/** Leads to other pages of the project. */
export function useGo(): Go {
  const { project } = useParams({ from: "/p/$project" });
  const navigate = useNavigate();
  return {
    trace: (traceId, span = "") =>
      void navigate({
        to: "/p/$project/traces/$traceId",
        params: { project, traceId },
        search: (before) => ({ ...kept(before), span }),
      }),
    session: (sessionId) =>
      void navigate({
        to: "/p/$project/sessions/$sessionId",
        params: { project, sessionId },
        search: kept,
      }),
    compare: (first, second) =>
      void navigate({
        to: "/p/$project/compare",
        params: { project },
        search: (before) => ({ ...kept(before), a: first, b: second }),
      }),
    list: (noun, filter, range) =>
      void navigate({
        to: LIST_PATHS[noun],
        params: { project },
        search: (before) => ({
          ...kept(before),
          filter,
          ...(range ? { range: serializeRange(range) } : {}),
        }),
      }),
  };
}
