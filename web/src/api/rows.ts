/** A list in pages, whatever its rows are: traces, spans, sessions, users or failures. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Page } from "../model/livePages";
import { type Range, rangeParams, serializeRange } from "../model/range";
import { get } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type SpanRow = Schemas["SpanList"]["spans"][number];
export type SessionRow = Schemas["SessionRow"];
export type UserRow = Schemas["UserRow"];
export type FailureRow = Schemas["FailureRow"];

/** What a row of each list is. */
export interface RowOf {
  traces: Schemas["TraceRow"];
  spans: SpanRow;
  sessions: SessionRow;
  users: UserRow;
  failures: FailureRow;
}

export type Noun = keyof RowOf;

export interface RowQuestion<N extends Noun> {
  noun: N;
  project: string;
  range: Range;
  filter: string;
  sort: string;
  /** Parameters of this list alone: the category of failures. */
  more: Record<string, string>;
}

const FIRST_ROWS = "100";
/** Further pages are larger: who scrolls so far wants to get on. */
const MORE_ROWS = "400";

export function rowsQuery<N extends Noun>(question: RowQuestion<N>) {
  const { noun, project, range, filter, sort, more } = question;
  return infiniteQueryOptions({
    queryKey: ["rows", noun, project, serializeRange(range), filter, sort, more],
    queryFn: ({ pageParam, signal }) => fetchRows(question, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }: Page<RowOf[N]>) => next_cursor,
    // Comparing all the pages with those before costs more than drawing what is in view again.
    structuralSharing: false,
    // The first page is kept fresh by live events; pages further down do not change by themselves.
    staleTime: 10_000,
  });
}

/** One page of the list; with the page, api/ahead.py tells a browser the address of the first. */
export async function fetchRows<N extends Noun>(
  question: RowQuestion<N>,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<Page<RowOf[N]>> {
  const { noun, project, range, filter, sort, more } = question;
  const window = rangeParams(range);
  const place = cursor === null ? { limit: FIRST_ROWS } : { limit: MORE_ROWS, cursor };
  const params = { project, ...window, ...more, filter, sort, ...place };
  const answer = await get<Record<N, RowOf[N][]> & { next_cursor: string | null }>(
    `/${noun}`,
    params,
    signal,
  );
  return { rows: answer[noun], next_cursor: answer.next_cursor };
}

/** The first rows of a list, for a panel beside another. */
export function firstRowsQuery<N extends Noun>(question: RowQuestion<N>, count: number) {
  const { noun, project, range, filter, sort, more } = question;
  return queryOptions({
    queryKey: ["first rows", noun, project, serializeRange(range), filter, sort, more, count],
    queryFn: async ({ signal }) => {
      const window = rangeParams(range);
      const params = { project, ...window, ...more, filter, sort, limit: String(count) };
      const answer = await get<Record<N, RowOf[N][]>>(`/${noun}`, params, signal);
      return answer[noun];
    },
    staleTime: 10_000,
  });
}
