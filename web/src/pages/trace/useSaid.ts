import { useQuery } from "@tanstack/react-query";
import { matchesQuery } from "../../api/contents";
import { useCalm } from "../../ui/useCalm";

const NOBODY: ReadonlySet<string> = new Set();

/** The ids of the spans that say the words in any text of theirs, however long; asked once nobody has typed for a moment. */
export function useSaid(project: string, traceId: string, query: string): ReadonlySet<string> {
  const wanted = query.trim();
  const words = useCalm(wanted);
  const isAsked = words === wanted && words !== "";
  const { data } = useQuery({ ...matchesQuery(project, traceId, words), enabled: isAsked });
  return isAsked ? (data ?? NOBODY) : NOBODY;
}
