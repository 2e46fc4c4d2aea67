import { useMemo } from "react";
import type { Series } from "../../api/series";
import { MEASURE_NAMES, type Panel, type SeriesSource } from "../../model/dashboard";
import { formatShare } from "../../model/format";
import { narrow } from "../../model/narrow";
import { figureOf, lineName, lineTerm, sharesOf, toldApart } from "../../model/panelLines";
import { DataTable } from "../../ui/DataTable";
import type { View } from "../shell/useView";
import { useRows } from "./useRows";
import "./PanelTable.css";

interface PanelTableProps {
  panel: Panel;
  source: SeriesSource;
  series: Series;
  filter: string;
  view: View;
}

/** The values of a split with their figures, largest first. */
export function PanelTable({ panel, source, series, filter, view }: PanelTableProps) {
  const showRows = useRows(view);
  const shares = useMemo(() => sharesOf(series, source), [series, source]);
  const told = toldApart(series, source);
  const hasShares = shares.some((share) => share !== null) && series.lines.length > 1;
  return (
    <div className="panel-table">
      <DataTable
        label={panel.title}
        columns={[
          { name: source.split || source.of, type: "words" },
          { name: MEASURE_NAMES[source.measure] },
          ...(hasShares ? [{ name: "Share" }] : []),
        ]}
      >
        {series.lines.map((line, at) => {
          const name = lineName(told, line, "all");
          const term = lineTerm(told, line);
          const share = shares[at] ?? null;
          return (
            <tr key={name}>
              <th scope="row" className="words">
                {term === null ? (
                  name
                ) : (
                  <button type="button" onClick={() => showRows(source.of, narrow(filter, term))}>
                    {name}
                  </button>
                )}
              </th>
              <td>{figureOf(series.unit, line.total)}</td>
              {hasShares && <td>{share === null ? "–" : formatShare(share)}</td>}
            </tr>
          );
        })}
      </DataTable>
      {series.truncated && (
        <p className="panel-note">
          {source.top} of {series.value_count} values
        </p>
      )}
    </div>
  );
}
