/** The API's description of itself. */

import { queryOptions } from "@tanstack/react-query";
import type { OpenApi } from "../model/openapi";
import { ApiError } from "./client";

export const openApiQuery = queryOptions({
  queryKey: ["openapi"],
  queryFn: async ({ signal }) => {
    const response = await fetch("/openapi.json", { signal });
    if (!response.ok) {
      throw new ApiError(response.status, "unexpected", "/openapi.json could not be read.", "");
    }
    return (await response.json()) as OpenApi;
  },
  staleTime: Number.POSITIVE_INFINITY,
});
