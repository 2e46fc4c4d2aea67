import { useNavigate, useSearch } from "@tanstack/react-router";

interface ListSearch {
  filter?: string;
  range?: string;
  /** `-cost`: the largest first. */
  sort?: string;
  /** Ids of columns with commas between. */
  columns?: string;
  /** The row in the panel. */
  peek?: string;
  /** Of failures alone. */
  category?: string;
}

/** What a list has in the address beside filter and range, and how to change it. */
export function useListAddress() {
  const search: ListSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  return {
    sort: search.sort ?? "",
    columns: search.columns ?? "",
    peek: search.peek ?? "",
    category: search.category ?? "",
    /** A choice can be gone back from; what the cursor does cannot. */
    set: (change: ListSearch, replace = false) =>
      void navigate({ to: ".", search: (before) => ({ ...before, ...change }), replace }),
  };
}
