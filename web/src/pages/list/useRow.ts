import { useQuery } from "@tanstack/react-query";
import { firstRowsQuery, type Noun, type RowOf } from "../../api/rows";

/** The row of a list, asked for where the list has not loaded it; `filter` finds it alone. */
export function useRow<N extends Noun>(
  noun: N,
  project: string,
  filter: string,
  known: RowOf[N] | undefined,
) {
  const question = { noun, project, filter, range: { kind: "all" }, sort: "", more: {} } as const;
  const asked = useQuery({ ...firstRowsQuery<N>(question, 1), enabled: known === undefined });
  return { row: known ?? asked.data?.[0], isMissing: asked.data?.length === 0, error: asked.error };
}
