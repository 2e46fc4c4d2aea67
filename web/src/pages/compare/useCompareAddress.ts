import { useNavigate, useSearch } from "@tanstack/react-router";
import type { Beside } from "../../api/compare";

export interface CompareAddress {
  /** The id of the first trace; empty without one. */
  first: string;
  /** What it is compared with; "good" is another one that ended well, null nothing yet. */
  beside: Beside | "good" | null;
  /** The row that is shown in full; -1 none, null whichever comes first. */
  row: number | null;
  select: (row: number) => void;
  /** Compares with something else. */
  choose: (beside: Beside | "good" | null, replace?: boolean) => void;
  /** The other way round, where both are traces. */
  swap: () => void;
}

/** What is compared, and which row is looked at: all of it stands in the address. */
export function useCompareAddress(): CompareAddress {
  const { a: first = "", b = "", usual = "", row } = useSearch({ from: "/p/$project/compare" });
  const navigate = useNavigate({ from: "/p/$project/compare" });
  return {
    first,
    beside: besideOf(b, usual),
    row: row === undefined ? null : Number(row),
    select: (next) =>
      void navigate({ search: (before) => ({ ...before, row: String(next) }), replace: true }),
    choose: (beside, replace = false) =>
      void navigate({
        search: ({ row: _, ...before }) => ({ ...before, ...saying(beside) }),
        replace,
      }),
    swap: () => {
      if (b === "" || b === "good") return;
      void navigate({
        search: ({ row: _, ...before }) => ({ ...before, a: b, b: first }),
        replace: true,
      });
    },
  };
}

function besideOf(b: string, usual: string): CompareAddress["beside"] {
  if (b === "good") return "good";
  if (b !== "") return { kind: "trace", id: b };
  return usual === "" ? null : { kind: "usual", filter: usual };
}

function saying(beside: CompareAddress["beside"]): { b: string; usual: string } {
  if (beside === null) return { b: "", usual: "" };
  if (beside === "good") return { b: "good", usual: "" };
  return beside.kind === "trace" ? { b: beside.id, usual: "" } : { b: "", usual: beside.filter };
}
