import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { type Change, changesText, parseChanges } from "../../model/whatIfChanges";
import { toggled } from "../../model/whatIfPresets";

/** What is supposed of the trace; it stands in the address. */
export function useWhatIf() {
  const { whatif } = useSearch({ from: "/p/$project/traces/$traceId" });
  const navigate = useNavigate({ from: "/p/$project/traces/$traceId" });
  const changes = useMemo(() => parseChanges(whatif), [whatif]);
  const set = (next: readonly Change[]) =>
    void navigate({
      search: (before) => ({ ...before, whatif: changesText(next) }),
      replace: true,
    });
  return {
    changes,
    add: (change: Change) => set([...changes, change]),
    /** Supposes it, or no longer. */
    toggle: (change: Change) => set(toggled(changes, change)),
    drop: (place: number) => set(changes.toSpliced(place, 1)),
    clear: () => set([]),
  };
}
