import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Counted, histogramQuery } from "../../api/histogram";
import { barsOf } from "../../model/histogram";
import { HistogramStrip } from "../../ui/list/HistogramStrip";
import type { View } from "../shell/useView";

interface StripProps {
  of: Counted;
  view: View;
  /** What is counted. */
  filter: string;
  /** Not before the rows are there, which would have to wait for it. */
  isAsked: boolean;
}

/** The histogram of what the filter lets pass; a drag sets the time range. */
export function Strip({ of, view, filter, isAsked }: StripProps) {
  const { data } = useQuery({
    ...histogramQuery(view.project, of, view.range, filter),
    enabled: isAsked,
  });
  const bars = useMemo(() => barsOf(data?.points ?? []), [data]);
  return (
    <HistogramStrip
      noun={of}
      bars={bars}
      stepMs={data?.step_ms ?? 0}
      onZoom={(fromMs, toMs) => view.setRange({ kind: "between", fromMs, toMs })}
    />
  );
}
