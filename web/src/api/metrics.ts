/** Metrics: their names and labels, what they were, and the spans that they were measured in. */

import { queryOptions } from "@tanstack/react-query";
import { type MetricChart, serializeChart, serializeTerm } from "../model/metricCharts";
import { ofSameProject } from "../model/previousData";
import { type Range, rangeParams, serializeRange } from "../model/range";
import { get } from "./client";
import type { components } from "./schema";

type MetricNames = components["schemas"]["MetricNames"];
export type MetricName = components["schemas"]["MetricName"];
export type MetricReply = components["schemas"]["MetricReply"];
type MetricLabels = components["schemas"]["MetricLabels"];
type MetricExemplars = components["schemas"]["MetricExemplars"];

/** How often what is shown of a window that ends now is asked for again. */
const AGAIN_MS = 10_000;

export function metricNamesQuery(project: string) {
  return queryOptions({
    queryKey: ["metric names", project],
    queryFn: ({ signal }) => get<MetricNames>("/metrics/names", { project }, signal),
    staleTime: AGAIN_MS,
    refetchInterval: 3 * AGAIN_MS,
  });
}

export function metricLabelsQuery(project: string, name: string) {
  return queryOptions({
    queryKey: ["metric labels", project, name],
    queryFn: ({ signal }) => get<MetricLabels>("/metrics/labels", { project, name }, signal),
    select: ({ labels }) => labels,
    staleTime: 30_000,
  });
}

export function metricValuesQuery(project: string, name: string, label: string) {
  return queryOptions({
    queryKey: ["metric labels", project, name, label],
    queryFn: ({ signal }) => get<MetricLabels>("/metrics/labels", { project, name, label }, signal),
    select: ({ values }) => values,
    staleTime: 30_000,
  });
}

export function metricQuery(project: string, range: Range, chart: MetricChart, isLive: boolean) {
  const { name, stat, by } = chart;
  const where = chart.where.map(serializeTerm);
  return queryOptions({
    queryKey: ["metric", project, serializeRange(range), serializeChart(chart)],
    queryFn: ({ signal }) =>
      get<MetricReply>(
        "/metrics/query",
        { project, name, stat, by, where, ...rangeParams(range) },
        signal,
      ),
    placeholderData: ofSameProject(project),
    staleTime: AGAIN_MS / 2,
    refetchInterval: isLive && range.kind !== "between" ? AGAIN_MS : false,
  });
}

/** Examples of one step of a chart. */
export function exemplarsQuery(project: string, range: Range, { name, where }: MetricChart) {
  const terms = where.map(serializeTerm);
  return queryOptions({
    queryKey: ["metric exemplars", project, name, serializeRange(range), terms],
    queryFn: ({ signal }) =>
      get<MetricExemplars>(
        "/metrics/exemplars",
        { project, name, where: terms, limit: "8", ...rangeParams(range) },
        signal,
      ),
    select: ({ exemplars }) => exemplars,
    staleTime: 30_000,
  });
}
