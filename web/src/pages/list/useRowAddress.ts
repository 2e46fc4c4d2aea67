import { useMemo } from "react";
import { serializeRange } from "../../model/range";
import type { View } from "../shell/useView";

/** What the links of rows have in common. */
export function useRowAddress({ project, filterText: filter, range, isLive }: View) {
  const text = serializeRange(range);
  return useMemo(() => {
    const search = new URLSearchParams({ range: text });
    if (filter !== "") search.set("filter", filter);
    if (!isLive) search.set("live", "off");
    return { project, search: search.toString() };
  }, [project, filter, text, isLive]);
}
