import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { exemplarsQuery } from "../../api/metrics";
import type { MetricChart } from "../../model/metricCharts";
import { describeRange, type Range } from "../../model/range";
import { Button } from "../../ui/Button";
import type { View } from "../shell/useView";
import "./Moment.css";

interface MomentProps {
  chart: MetricChart;
  range: Range;
  view: View;
  format: (value: number) => string;
  onClose: () => void;
}

/** What else is known of a step: its traces, and the spans in which values were measured. */
export function Moment({ chart, range, view, format, onClose }: MomentProps) {
  const { project } = view;
  const exemplars = useQuery(exemplarsQuery(project, range, chart)).data ?? [];
  return (
    <div className="moment" role="status">
      <span className="number">{describeRange(range)}</span>
      <Button variant="outlined" icon="traces" onClick={() => view.showTraces("", range)}>
        Traces of this moment
      </Button>
      {exemplars.map(({ time, value, trace_id: traceId, span_id: spanId }) => (
        <Link
          key={`${time} ${spanId}`}
          to="/p/$project/traces/$traceId"
          params={{ project, traceId }}
          search={{ span: spanId }}
          title={`Measured in span ${spanId}`}
        >
          {format(value)} in <span className="mono">{traceId.slice(0, 8)}</span>
        </Link>
      ))}
      <Button icon="close" aria-label="Close" onClick={onClose} />
    </div>
  );
}
