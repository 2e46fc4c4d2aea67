import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useRef } from "react";

/** After the last key. */
const WRITE_MS = 300;

/** The query in the address: what is written comes there, and `onOther` hears of another one that is there. */
export function useSqlAddress(onOther: (sql: string) => void) {
  const { sql = "" } = useSearch({ from: "/p/$project/sql" });
  const navigate = useNavigate();
  const written = useRef(sql);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const hear = useEffectEvent(onOther);
  useEffect(() => {
    if (sql === written.current) return;
    written.current = sql;
    hear(sql);
  }, [sql]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const write = (text: string) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      written.current = text;
      void navigate({ to: ".", search: (search) => ({ ...search, sql: text }), replace: true });
    }, WRITE_MS);
  };
  return { sql, write };
}
