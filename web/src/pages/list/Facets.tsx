import { useQuery } from "@tanstack/react-query";
import { facetsQuery } from "../../api/facets";
import type { Counted } from "../../api/histogram";
import { facetState, withFacet, withoutFacet } from "../../model/terms";
import { FacetPanel } from "../../ui/list/FacetPanel";
import type { View } from "../shell/useView";

interface FacetsProps {
  of: Counted;
  fields: readonly string[];
  view: View;
  /** What is counted. */
  filter: string;
  /** Not before the rows are there, which would have to wait for them. */
  isAsked: boolean;
}

/** The facets of what the filter lets pass; choosing one changes the filter. */
export function Facets({ of, fields, view, filter: counted, isAsked }: FacetsProps) {
  const { project, range, filterText: filter } = view;
  const { data = [] } = useQuery({
    ...facetsQuery({ project, of, range, filter: counted, fields }),
    enabled: isAsked,
  });
  const facets = data
    .filter(({ values }) => values.length > 0)
    .map(({ field, values }) => ({
      field,
      values: values.map((each) => ({
        ...each,
        // Of the name of a class with its module the end tells the most.
        label: field === "error" ? (each.value.split(".").at(-1) ?? "") : each.value,
        state: facetState(filter, field, each.value),
      })),
    }));
  return (
    <FacetPanel
      facets={facets}
      onInclude={(field, value) => view.setFilter(withFacet(filter, field, value))}
      onExclude={(field, value) => view.setFilter(withoutFacet(filter, field, value))}
    />
  );
}
