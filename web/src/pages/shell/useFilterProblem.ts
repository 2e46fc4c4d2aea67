import { useQuery } from "@tanstack/react-query";
import { filterProblemQuery } from "../../api/filter";
import type { FilterProblem } from "../../model/filter";
import { useCalm } from "../../ui/useCalm";

/** What the server finds wrong with a filter, once nobody has typed for a moment. */
export function useFilterProblem(project: string, text: string): FilterProblem | null {
  const settled = useCalm(text);
  const isSettled = settled === text && text.trim() !== "";
  const { data } = useQuery({ ...filterProblemQuery(project, settled), enabled: isSettled });
  return isSettled ? (data ?? null) : null;
}
