import { useNavigate } from "@tanstack/react-router";
import { type Range, serializeRange } from "../../model/range";
import { LIST_PATHS } from "../shell/pageTable";
import type { View } from "../shell/useView";

/** Leads to the list of what a panel shows. */
export function useRows({ project, range, isLive }: View) {
  const navigate = useNavigate();
  return (of: "spans" | "traces", filter: string, within: Range = range) =>
    void navigate({
      to: LIST_PATHS[of],
      params: { project },
      search: { filter, range: serializeRange(within), live: isLive ? "" : "off" },
    });
}
