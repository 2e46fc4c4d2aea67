/** What people say of a trace: thumbs, a bookmark, comments. */

import { queryOptions } from "@tanstack/react-query";
import { get, post, put, remove } from "./client";
import type { components } from "./schema";

type CommentList = components["schemas"]["CommentList"];
type CommentRow = components["schemas"]["CommentRow"];

/** Where a judgement goes, and what lets the browser write it. */
export interface Judged {
  project: string;
  traceId: string;
  csrf: string;
}

/** One judgement a trace from this interface: another click replaces it. */
function thumbsId(traceId: string): string {
  return `ui:thumbs:${traceId}`;
}

/** Thumbs up (1) or down (-1); null takes them away. */
export async function judge(
  { project, traceId, csrf }: Judged,
  thumbs: 1 | -1 | null,
): Promise<void> {
  if (thumbs === null) {
    await remove(`/scores/${thumbsId(traceId)}`, { project }, csrf);
    return;
  }
  const score = {
    id: thumbsId(traceId),
    name: "thumbs",
    value: thumbs,
    trace_id: traceId,
    source: "ui",
  };
  await post(`/scores?project=${encodeURIComponent(project)}`, score, csrf);
}

export async function bookmark({ project, traceId, csrf }: Judged, isOn: boolean): Promise<void> {
  const path = `${ofTrace(traceId)}/bookmark`;
  if (isOn) await put(`${path}?project=${encodeURIComponent(project)}`, {}, csrf);
  else await remove(path, { project }, csrf);
}

export function commentsQuery(project: string, traceId: string) {
  return queryOptions({
    queryKey: ["comments", project, traceId],
    queryFn: ({ signal }) => get<CommentList>(`${ofTrace(traceId)}/comments`, { project }, signal),
    select: ({ comments }) => comments,
    staleTime: 5000,
  });
}

export function addComment({ project, traceId, csrf }: Judged, text: string): Promise<CommentRow> {
  const path = `${ofTrace(traceId)}/comments?project=${encodeURIComponent(project)}`;
  return post<CommentRow>(path, { text }, csrf);
}

export function deleteComment({ project, traceId, csrf }: Judged, id: string): Promise<void> {
  return remove(`${ofTrace(traceId)}/comments/${encodeURIComponent(id)}`, { project }, csrf);
}

function ofTrace(traceId: string): string {
  return `/traces/${encodeURIComponent(traceId)}`;
}
