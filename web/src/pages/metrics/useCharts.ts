import { useNavigate, useSearch } from "@tanstack/react-router";
import {
  type MetricChart,
  parseCharts,
  serializeCharts,
  suggestedCharts,
} from "../../model/metricCharts";
import type { MetricName } from "../../api/metrics";

interface Charts {
  charts: readonly MetricChart[];
  /** The step whose traces are shown, and of which chart. */
  moment: { place: number; fromMs: number } | null;
  replace: (place: number, chart: MetricChart) => void;
  add: (chart: MetricChart) => void;
  remove: (place: number) => void;
  look: (place: number, fromMs: number | null) => void;
}

/** What is drawn, kept in the address; until somebody chooses, what is suggested of `names`. */
export function useCharts(names: readonly MetricName[]): Charts {
  const { charts: text, at = "" } = useSearch({ from: "/p/$project/metrics" });
  const navigate = useNavigate();
  const charts = text === undefined ? suggestedCharts(names) : parseCharts(text);
  const [place, fromMs] = at.split("@").map(Number);

  const set = (next: readonly MetricChart[]) =>
    void navigate({
      to: ".",
      // An empty text would be left out of the address, and mean what is suggested.
      search: (search) => ({ ...search, charts: serializeCharts(next) || ";", at: "" }),
    });
  return {
    charts,
    moment: place !== undefined && fromMs !== undefined ? { place, fromMs } : null,
    replace: (where, chart) => set(charts.map((one, index) => (index === where ? chart : one))),
    add: (chart) => set([...charts, chart]),
    remove: (where) => set(charts.filter((_, index) => index !== where)),
    look: (where, moment) =>
      void navigate({
        to: ".",
        search: (search) => ({ ...search, at: moment === null ? "" : `${where}@${moment}` }),
        replace: true,
      }),
  };
}
