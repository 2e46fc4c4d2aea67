/** Texts of a span that are too long for it: a page at a time, and where words stand in them. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { rangeOf } from "../model/textPages";
import { apiUrl, get, stream } from "./client";
import type { components } from "./schema";

export type WholeText = components["schemas"]["WholeText"];
type TextPlaces = components["schemas"]["TextPlaces"];

/** Which text of which span. */
export interface TextAddress {
  project: string;
  traceId: string;
  spanId: string;
  field: string;
}

export function textPageQuery(text: TextAddress, page: number) {
  const { project, field } = text;
  return queryOptions({
    queryKey: ["text", project, text.traceId, text.spanId, field, page],
    queryFn: async ({ signal }) => {
      const headers = { range: rangeOf(page) };
      const response = await stream(pathOf(text), { project, field }, headers, signal);
      return new Uint8Array(await response.arrayBuffer());
    },
    staleTime: 60_000,
    gcTime: 30_000,
    placeholderData: keepPreviousData,
  });
}

export function findInText(
  text: TextAddress,
  words: string,
  start: number,
  signal?: AbortSignal,
): Promise<TextPlaces> {
  const { project, field } = text;
  return get<TextPlaces>(
    `${pathOf(text)}/places`,
    { project, field, words, start: String(start) },
    signal,
  );
}

/** Where all of it can be downloaded. */
export function textUrl(text: TextAddress): string {
  return apiUrl(pathOf(text), { project: text.project, field: text.field });
}

function pathOf({ traceId, spanId }: TextAddress): string {
  return `/traces/${encodeURIComponent(traceId)}/spans/${encodeURIComponent(spanId)}/text`;
}
