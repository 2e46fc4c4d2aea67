/** A list as a file, fetched slice by slice so that its progress can be shown. */

import { type Format, type Progress, rowCounter } from "../model/exporting";
import { type Range, rangeParams } from "../model/range";
import { stream } from "./client";
import type { Noun } from "./rows";

export interface ExportQuestion {
  project: string;
  noun: Noun;
  format: Format;
  range: Range;
  filter: string;
  sort: string;
  more: Record<string, string>;
  fields: readonly string[];
  /** Only these rows; none means the whole list. */
  ids: readonly string[];
}

/** Fetches the file. `onProgress` is called with each slice. */
export async function fetchExport(
  question: ExportQuestion,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Blob> {
  const { project, noun, format, range, filter, sort, more, fields, ids } = question;
  const window = rangeParams(range);
  const wanted = { filter, sort, fields: fields.join(","), id: ids };
  const params = { project, of: noun, format, ...window, ...more, ...wanted };
  const response = await stream("/export", params, {}, signal);
  const header = response.headers.get("clearspan-rows");
  const total = header === null ? null : Number(header);
  const count = rowCounter(format);
  const slices: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const slice of readable(response)) {
    slices.push(slice);
    bytes += slice.length;
    onProgress({ bytes, rows: count(slice), total });
  }
  return new Blob(slices, { type: response.headers.get("content-type") ?? "text/plain" });
}

async function* readable(response: Response): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  if (!reader) return;
  for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
}
