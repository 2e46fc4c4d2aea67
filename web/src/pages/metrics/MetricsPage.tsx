import { useQuery } from "@tanstack/react-query";
import { metricNamesQuery } from "../../api/metrics";
import { formatExact } from "../../model/format";
import { MAX_CHARTS, usualChart } from "../../model/metricCharts";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { useView } from "../shell/useView";
import { MetricPanel } from "./MetricPanel";
import { NoMetrics } from "./NoMetrics";
import { Picker } from "./Picker";
import { useCharts } from "./useCharts";
import "./MetricsPage.css";

/** What programs and model servers measured, a chart each. */
export function MetricsPage() {
  const view = useView();
  const found = useQuery(metricNamesQuery(view.project));
  const names = found.data?.names ?? [];
  const { charts, moment, replace, add, remove, look } = useCharts(names);

  if (found.isError) {
    return (
      <Notice title="The metrics could not be listed" tone="error">
        <p>{found.error.message}</p>
        <Button variant="outlined" onClick={() => void found.refetch()}>
          Try again
        </Button>
      </Notice>
    );
  }
  if (!found.data) return <Waiting rows={12} />;
  if (names.length === 0) return <NoMetrics project={view.project} />;
  const { cap, truncated } = found.data;
  return (
    <div className="metrics">
      <header className="metrics-head">
        <Picker
          name="Add a chart"
          placeholder="Metric"
          isDisabled={charts.length >= MAX_CHARTS}
          choices={names.map(({ name, type, unit }) => ({
            value: name,
            note: `${type.replace("_", " ")}${unit === "" || unit === "1" ? "" : `, ${unit}`}`,
          }))}
          onPick={(name) => {
            const metric = names.find((one) => one.name === name);
            if (metric) add(usualChart(metric));
          }}
        />
        <p>
          {formatExact(names.length)}
          {truncated ? " and more" : ""} {names.length === 1 ? "metric" : "metrics"}
        </p>
        {cap.rejected_points > 0 && (
          <p className="metrics-odd" role="status">
            {formatExact(cap.rejected_points)} points were rejected in the last day: a project may
            have {formatExact(cap.most_series)} series a day. Is an id among the labels?
          </p>
        )}
      </header>
      {charts.length === 0 && <p className="metrics-none">No chart yet: add one above.</p>}
      {charts.map((chart, place) => (
        <MetricPanel
          key={`${place} ${chart.name}`}
          chart={chart}
          metric={names.find(({ name }) => name === chart.name)}
          view={view}
          fromMs={moment?.place === place ? moment.fromMs : null}
          onChange={(next) => replace(place, next)}
          onRemove={() => remove(place)}
          onLook={(fromMs) => look(place, fromMs)}
        />
      ))}
    </div>
  );
}
