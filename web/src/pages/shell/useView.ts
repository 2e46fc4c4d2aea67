import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { type Range, rangeOf, serializeRange } from "../../model/range";
import { useStored } from "../../ui/useStored";

export interface View {
  project: string;
  filterText: string;
  range: Range;
  isLive: boolean;
  /** Changes the address in place; the page stays. */
  setRange: (range: Range) => void;
  /** Sets the range to what was brushed, in milliseconds since the epoch. */
  zoom: (fromMs: number, toMs: number) => void;
  setLive: (on: boolean) => void;
  setFilter: (filterText: string) => void;
  /** Leads to the list of traces with this filter, whatever page is shown. */
  showTraces: (filterText: string, range?: Range) => void;
}

/** What is looked at: project, filter, time range, live or not. All of it stands in the address. */
export function useView(): View {
  const { project } = useParams({ from: "/p/$project" });
  const { filter: filterText = "", range: rangeText, live } = useSearch({ from: "/p/$project" });
  const [lastRange, storeRange] = useStored("range", "1h");
  const navigate = useNavigate();
  const range = rangeOf(rangeText ?? lastRange);

  const setRange = (next: Range) => {
    const text = serializeRange(next);
    if (next.kind !== "between") storeRange(text);
    void navigate({ to: ".", search: (search) => ({ ...search, range: text }) });
  };
  return {
    project,
    filterText,
    range,
    isLive: live !== "off",
    setRange,
    zoom: (fromMs, toMs) =>
      setRange({ kind: "between", fromMs: Math.floor(fromMs), toMs: Math.ceil(toMs) }),
    setLive: (on) =>
      void navigate({
        to: ".",
        search: (search) => ({ ...search, live: on ? "" : "off" }),
        replace: true,
      }),
    setFilter: (text) =>
      void navigate({ to: ".", search: (search) => ({ ...search, filter: text, peek: "" }) }),
    showTraces: (text, within) =>
      void navigate({
        to: "/p/$project/traces",
        params: { project },
        search: (search) => ({
          live: search.live ?? "",
          filter: text,
          range: within ? serializeRange(within) : (search.range ?? ""),
        }),
      }),
  };
}
