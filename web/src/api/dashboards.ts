/** Dashboards of a project, and those that come with the server. */

import { queryOptions } from "@tanstack/react-query";
import { get, post, put, remove } from "./client";
import type { components } from "./schema";

export type Dashboard = components["schemas"]["Dashboard"];
export type DashboardRow = components["schemas"]["DashboardRow"];
export type ShippedDashboard = components["schemas"]["ShippedDashboard"];
type Document = components["schemas"]["DashboardDocument"];

export function dashboardsQuery(project: string) {
  return queryOptions({
    queryKey: ["dashboards", project],
    queryFn: ({ signal }) =>
      get<components["schemas"]["DashboardList"]>("/dashboards", { project }, signal),
    select: ({ dashboards }) => dashboards,
  });
}

/** They change with the server's version alone. */
export function shippedQuery(project: string) {
  return queryOptions({
    queryKey: ["shipped dashboards", project],
    queryFn: ({ signal }) =>
      get<components["schemas"]["ShippedDashboards"]>("/dashboards/shipped", { project }, signal),
    select: ({ dashboards }) => dashboards,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function dashboardQuery(project: string, id: string) {
  return queryOptions({
    queryKey: ["dashboard", project, id],
    queryFn: ({ signal }) => getDashboard(project, id, signal),
  });
}

export function getDashboard(
  project: string,
  id: string,
  signal?: AbortSignal,
): Promise<Dashboard> {
  return get<Dashboard>(`/dashboards/${encodeURIComponent(id)}`, { project }, signal);
}

/** Creates one of a document; of what is none the server says where it is wrong. */
export function createDashboard(
  project: string,
  document: unknown,
  csrf: string,
): Promise<Dashboard> {
  return post<Dashboard>(`/dashboards?${of(project)}`, document, csrf);
}

export function saveDashboard(
  project: string,
  { id, version }: { id: string; version: number },
  document: Document,
  csrf: string,
): Promise<Dashboard> {
  const path = `/dashboards/${encodeURIComponent(id)}?${of(project)}`;
  return put<Dashboard>(path, { version, document }, csrf);
}

export function orderDashboards(project: string, ids: string[], csrf: string): Promise<void> {
  return put(`/dashboards/order?${of(project)}`, { ids }, csrf);
}

export function deleteDashboard(project: string, id: string, csrf: string): Promise<void> {
  return remove(`/dashboards/${encodeURIComponent(id)}`, { project }, csrf);
}

function of(project: string): string {
  return new URLSearchParams({ project }).toString();
}
