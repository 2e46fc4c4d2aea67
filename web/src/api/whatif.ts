/** What would be on another model: prices of a trace's calls, how fast models were, and the calls of a window. */

import { queryOptions } from "@tanstack/react-query";
import { type Range, rangeParams, serializeRange } from "../model/range";
import { modelKey } from "../model/whatIfChanges";
import { get, post } from "./client";
import type { components } from "./schema";

export type ModelOnTrace = components["schemas"]["ModelOnTrace"];
type ModelSpeeds = components["schemas"]["ModelSpeeds"];
export type WhatIfCalls = components["schemas"]["WhatIfCalls"];

interface Model {
  /** Empty: whoever serves the call, or the model's maker. */
  provider: string;
  model: string;
}

/** What the calls of a trace would cost on a model, and how fast it was here. */
export function modelOnTraceQuery(project: string, traceId: string, { provider, model }: Model) {
  const path = `/traces/${encodeURIComponent(traceId)}/whatif/model`;
  return queryOptions({
    queryKey: ["model on trace", project, traceId, provider, model],
    queryFn: ({ signal }) => get<ModelOnTrace>(path, { project, provider, model }, signal),
    staleTime: 60_000,
  });
}

/** The models that the project called lately. */
export function modelsQuery(project: string) {
  return queryOptions({
    queryKey: ["models", project],
    queryFn: ({ signal }) => get<ModelSpeeds>("/models", { project }, signal),
    staleTime: 60_000,
  });
}

/** What the model calls of a window cost, and would on another model. */
export function callsOnModelQuery(
  project: string,
  range: Range,
  filter: string,
  asked: Model,
  csrf: string,
) {
  return queryOptions({
    queryKey: [
      "calls on model",
      project,
      serializeRange(range),
      filter,
      modelKey(asked.provider, asked.model),
    ],
    queryFn: () => {
      const path = `/whatif?${new URLSearchParams({ project }).toString()}`;
      return post<WhatIfCalls>(path, { ...rangeParams(range), filter, ...asked }, csrf);
    },
    staleTime: 10_000,
  });
}
