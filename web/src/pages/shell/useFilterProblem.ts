import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { filterProblemQuery } from "../../api/filter";
import type { FilterProblem } from "../../model/filter";

const PAUSE_MS = 250;

/** What the server finds wrong with a filter, once nobody has typed for a moment. */
export function useFilterProblem(project: string, text: string): FilterProblem | null {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const isSettled = settled === text && text.trim() !== "";
  const { data } = useQuery({ ...filterProblemQuery(project, settled), enabled: isSettled });
  return isSettled ? (data ?? null) : null;
}
