import type { Series } from "../../api/series";
import type { SeriesSource } from "../../model/dashboard";
import { sparkPath } from "../../model/histogram";
import { figureOf, wholeOf } from "../../model/panelLines";
import type { View } from "../shell/useView";
import { useRows } from "./useRows";
import "./PanelNumber.css";

const WIDTH = 240;
const HEIGHT = 36;

interface PanelNumberProps {
  source: SeriesSource;
  series: Series;
  filter: string;
  view: View;
}

/** One figure of the whole window, and how it went; it leads to its list. */
export function PanelNumber({ source, series, filter, view }: PanelNumberProps) {
  const showRows = useRows(view);
  const points = heightsOf(series.lines[0]?.points ?? []);
  const about = series.estimated ? "≈\u2009" : "";
  return (
    <button
      type="button"
      className="panel-number"
      title={`List the ${source.of}`}
      onClick={() => showRows(source.of, filter)}
    >
      <strong className="number">{about + figureOf(series.unit, wholeOf(series, source))}</strong>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {points.length > 1 && <path d={sparkPath(points, WIDTH, HEIGHT)} />}
      </svg>
    </button>
  );
}

/** In parts of the highest: a path of counts is at least one high. */
function heightsOf(points: readonly (number | null)[]): number[] {
  const most = Math.max(...points.map((point) => point ?? 0), 0);
  return points.map((point) => (most > 0 ? (100 * (point ?? 0)) / most : 0));
}
