import { formatCount, formatExact } from "../../model/format";
import { Icon } from "../Icon";
import "./FacetPanel.css";

interface FacetGroup {
  field: string;
  /** `label` is what is shown of a value. */
  values: readonly { value: string; label: string; count: number; state: "in" | "out" | null }[];
}

interface FacetPanelProps {
  facets: readonly FacetGroup[];
  /** Asks for the value, or no longer. */
  onInclude: (field: string, value: string) => void;
  /** Leaves the value out, or no longer. */
  onExclude: (field: string, value: string) => void;
}

/** The values that fields take here, with counts: a click asks for one, Alt and a click leaves it out. */
export function FacetPanel({ facets, onInclude, onExclude }: FacetPanelProps) {
  return (
    <aside className="facets" aria-label="Facets" tabIndex={0}>
      {facets.map(({ field, values }) => (
        <details key={field} open>
          <summary>{field.replaceAll("_", " ")}</summary>
          <ul>
            {values.map(({ value, label, count, state }) => (
              <li key={value} data-state={state}>
                <button
                  type="button"
                  className="facet"
                  aria-pressed={state === "in"}
                  title={`${value} (Alt and click leaves it out)`}
                  onClick={(event) => (event.altKey ? onExclude : onInclude)(field, value)}
                >
                  <span className="cut" dir="auto">
                    {label === "" ? "–" : label}
                  </span>
                  <span className="facet-count number" title={formatExact(count)}>
                    {formatCount(count)}
                  </span>
                </button>
                <button
                  type="button"
                  className="facet-out"
                  aria-label={`Leave out ${field} ${value}`}
                  aria-pressed={state === "out"}
                  title="Leave out"
                  onClick={() => onExclude(field, value)}
                >
                  <Icon name="minus" />
                </button>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </aside>
  );
}
