import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";

interface LoadedProps<T> {
  query: UseQueryResult<T>;
  /** What is read, as in "The keys could not be read". */
  what: string;
  children: (data: T) => ReactNode;
}

/** What a query found, or that it is on its way, or why it failed. */
export function Loaded<T>({ query, what, children }: LoadedProps<T>) {
  if (query.data !== undefined) return children(query.data);
  if (!query.error) return <Waiting rows={6} />;
  return (
    <Notice title={`${what} could not be read`} tone="error">
      <p>{query.error.message}</p>
      <Button variant="outlined" onClick={() => void query.refetch()}>
        Try again
      </Button>
    </Notice>
  );
}
