import { createContext, type ReactNode, use } from "react";

interface RowAddress {
  project: string;
  /** What every page shares, as it stands in the address: "filter=…&range=…". */
  search: string;
}

/** Where the links of rows begin; made once for the whole list. */
export const RowAddressContext = createContext<RowAddress>({ project: "", search: "" });

interface RowLinkProps {
  /** Below the project: `/traces/4bf92f…`. */
  path: string;
  /** In place of the filter of the list. */
  filter?: string;
  /** The span that is shown there. */
  span?: string;
  children: ReactNode;
}

/** The link of a row: to be copied or opened beside; the list itself hears a plain click. A hundred of the router's
 * links would cost a frame while scrolling. */
export function RowLink({ path, filter, span, children }: RowLinkProps) {
  const { project, search } = use(RowAddressContext);
  const params = new URLSearchParams(search);
  if (filter !== undefined) params.set("filter", filter);
  if (span !== undefined) params.set("span", span);
  const query = params.size === 0 ? "" : `?${params.toString()}`;
  return <a href={`/p/${encodeURIComponent(project)}${path}${query}`}>{children}</a>;
}
