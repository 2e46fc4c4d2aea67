import { useState } from "react";
import type { MetricReply } from "../../api/metrics";
import { layerColor } from "../../model/costGroups";
import { seriesName, summaryOf } from "../../model/metricFigures";
import { Button } from "../../ui/Button";
import { DataTable } from "../../ui/DataTable";
import "./SeriesTable.css";

const FEW = 8;
const FIGURES = [
  { name: "Here", hint: "At the cross-hair" },
  { name: "Last", hint: "Of the steps that have a value" },
  { name: "Average" },
  { name: "Greatest" },
] as const;

interface SeriesTableProps {
  metric: string;
  series: MetricReply["series"];
  /** How many have a colour of their own. */
  colored: number;
  /** The step at the cross-hair. */
  at: number | null;
  format: (value: number) => string;
  /** The place of the series that is pointed at. */
  onLight: (place: number | null) => void;
}

/** The legend of a chart: its series, the largest first, each with a few figures. */
export function SeriesTable({ metric, series, colored, at, format, onLight }: SeriesTableProps) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? series : series.slice(0, FEW);
  const written = (value: number | null | undefined) =>
    value === null || value === undefined ? <span className="none">–</span> : format(value);
  return (
    <div className="series-table" onMouseLeave={() => onLight(null)}>
      <DataTable
        label={`Series of ${metric}`}
        columns={[{ name: "Series", type: "words" }, ...FIGURES]}
      >
        {shown.map(({ labels, values }, place) => {
          const name = seriesName(labels, metric);
          const { last, avg, max } = summaryOf(values);
          const color = layerColor(place, Math.min(series.length, colored));
          return (
            <tr key={name} onMouseEnter={() => onLight(place)}>
              <th scope="row" className="words" title={name}>
                <i className="series-swatch" style={{ background: `var(${color})` }} />
                {name}
              </th>
              <td>{at === null ? "" : written(values[at])}</td>
              <td>{written(last)}</td>
              <td>{written(avg)}</td>
              <td>{written(max)}</td>
            </tr>
          );
        })}
      </DataTable>
      {series.length > FEW && (
        <Button onClick={() => setWhole(!isWhole)}>
          {isWhole ? "Show the largest only" : `Show all ${series.length} series`}
        </Button>
      )}
    </div>
  );
}
