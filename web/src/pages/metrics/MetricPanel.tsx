import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { type MetricName, metricQuery, type MetricReply } from "../../api/metrics";
import { layerColor } from "../../model/costGroups";
import { formatClock, parseTime } from "../../model/format";
import { type MetricChart, serializeChart } from "../../model/metricCharts";
import { formatOf, seriesName } from "../../model/metricFigures";
import { rangeOfStep } from "../../model/range";
import { secondsOf } from "../../model/series";
import { Button } from "../../ui/Button";
import { Chart, type Line } from "../../ui/Chart";
import { useMedia } from "../../ui/useMedia";
import { useTheme } from "../../ui/useTheme";
import { Waiting } from "../../ui/Waiting";
import type { View } from "../shell/useView";
import { MetricTools } from "./MetricTools";
import { Moment } from "./Moment";
import { SeriesTable } from "./SeriesTable";
import "./MetricPanel.css";

const HEIGHT = 200;
const COLORED = 8;

interface MetricPanelProps {
  chart: MetricChart;
  /** Undefined where no such metric is known. */
  metric: MetricName | undefined;
  view: View;
  /** The step whose traces are shown. */
  fromMs: number | null;
  onChange: (chart: MetricChart) => void;
  onRemove: () => void;
  onLook: (fromMs: number | null) => void;
}

/** One metric: what is asked of it, the chart, and its series in figures. */
export function MetricPanel(props: MetricPanelProps) {
  const { chart, metric, view, onChange, onRemove } = props;
  const asked = useQuery(metricQuery(view.project, view.range, chart, view.isLive));
  return (
    <section className="metric" aria-label={serializeChart(chart)}>
      <header className="metric-head">
        <h2 className="mono" title={metric?.description}>
          {chart.name}
        </h2>
        <MetricTools
          chart={chart}
          type={asked.data?.type ?? metric?.type ?? "gauge"}
          project={view.project}
          onChange={onChange}
        />
        <Button
          icon="close"
          className="metric-close"
          aria-label={`Remove ${chart.name}`}
          onClick={onRemove}
        />
      </header>
      {asked.isError ? (
        <p className="metric-note" role="alert">
          {asked.error.message}{" "}
          <Button variant="outlined" onClick={() => void asked.refetch()}>
            Try again
          </Button>
        </p>
      ) : asked.data ? (
        <Drawn {...props} reply={asked.data} />
      ) : (
        <Waiting rows={6} />
      )}
    </section>
  );
}

function Drawn({ chart, reply, view, fromMs, onLook }: MetricPanelProps & { reply: MetricReply }) {
  const [theme] = useTheme();
  const isDark = useMedia("(prefers-color-scheme: dark)");
  const [at, setAt] = useState<number | null>(null);
  const [lit, setLit] = useState<number | null>(null);
  const times = useMemo(() => secondsOf(reply.starts), [reply]);
  const lines = useMemo(() => linesOf(reply, chart.name, lit), [reply, chart.name, lit]);
  const format = formatOf(reply.unit, chart.stat, reply.reading);
  if (reply.series.length === 0) {
    return <p className="metric-note">Nothing in this range.</p>;
  }
  return (
    <>
      <Chart
        title={serializeChart(chart)}
        times={times}
        stepSeconds={reply.step_ms / 1000}
        lines={lines}
        format={format}
        sync="metrics"
        theme={`${theme} ${isDark}`}
        height={HEIGHT}
        onPoint={setAt}
        onBrush={view.zoom}
        onPick={onLook}
      />
      {fromMs !== null && (
        <Moment
          chart={chart}
          range={rangeOfStep(fromMs, reply.step_ms)}
          view={view}
          format={formatOf(reply.unit, "avg", reply.reading)}
          onClose={() => onLook(null)}
        />
      )}
      <SeriesTable
        metric={chart.name}
        series={reply.series}
        colored={COLORED}
        at={at}
        format={format}
        onLight={setLit}
      />
      <p className="metric-note">
        {stepText(reply.step_ms)}, as of {formatClock(parseTime(reply.fresh_as_of))}.
        {reply.reading === "buckets" &&
          chart.stat.startsWith("p") &&
          " Percentiles are interpolated within the histogram's buckets."}
        {reply.truncated && ` Left out: ${reply.left_out.join("; ")}.`}
      </p>
    </>
  );
}

/** The largest series last, so that it is drawn above the others. */
function linesOf({ series }: MetricReply, metric: string, lit: number | null): Line[] {
  return series
    .map(({ labels, values }, place): Line => {
      const color = layerColor(place, Math.min(series.length, COLORED));
      const shape = "line";
      return {
        label: seriesName(labels, metric),
        values,
        color,
        shape,
        width: place === lit ? 3 : 1.5,
      };
    })
    .toReversed();
}

function stepText(stepMs: number): string {
  const seconds = stepMs / 1000;
  if (seconds < 60) return `Steps of ${seconds} s`;
  if (seconds < 3600) return `Steps of ${seconds / 60} min`;
  return seconds < 86_400 ? `Steps of ${seconds / 3600} h` : `Steps of ${seconds / 86_400} d`;
}
