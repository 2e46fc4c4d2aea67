import { parseHistory, withQuery } from "../../model/sqlHistory";
import { useStored } from "../../ui/useStored";

/** The queries of a project that were run in this browser. */
export function useSqlHistory(project: string) {
  const [stored, store] = useStored(`sql.history.${project}`, "[]");
  const history = parseHistory(stored);
  const add = (sql: string, rows: number | null) =>
    store(JSON.stringify(withQuery(history, { sql, at: new Date().toISOString(), rows })));
  return { history, add, forget: () => store("[]") };
}
