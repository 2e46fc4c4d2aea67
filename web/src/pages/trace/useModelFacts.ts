import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { type ModelOnTrace, modelOnTraceQuery } from "../../api/whatif";
import { type Change, modelKey } from "../../model/whatIfChanges";
import type { Facts } from "../../model/whatIfPlan";
import type { TraceModel } from "./traceModel";

/** What is known of the models that are asked for: what the trace's calls would cost on each, and how fast it was. */
export function useModelFacts({ project, traceId }: TraceModel, changes: readonly Change[]) {
  const asked = changes.flatMap((change) => (change.action === "model" ? [change] : []));
  const models = [
    ...new Map(asked.map((one) => [modelKey(one.provider, one.model), one])).values(),
  ];
  const { known, ...rest } = useQueries({
    queries: models.map((one) => modelOnTraceQuery(project, traceId, one)),
    combine: (results) => {
      const error = results.find(({ isError }) => isError)?.error;
      return {
        known: results.flatMap(({ data }) => data ?? []),
        isPending: results.some((result) => result.isPending),
        problem: error ? `The prices could not be read. ${error.message}` : null,
        retry: () => {
          for (const { isError, refetch } of results) if (isError) void refetch();
        },
      };
    },
  });
  const facts = useMemo(() => factsOf(known), [known]);
  return { facts, ...rest };
}

function factsOf(known: readonly ModelOnTrace[]): Facts {
  return new Map(
    known.map(({ provider, model, costs, speed }) => [
      modelKey(provider, model),
      {
        costs,
        ttft_ns: speed?.ttft_ns ?? null,
        tokens_per_s: speed?.tokens_per_s ?? null,
      },
    ]),
  );
}
