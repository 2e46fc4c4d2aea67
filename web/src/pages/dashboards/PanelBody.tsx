import { useQuery } from "@tanstack/react-query";
import { type Series, seriesQuery, sqlPanelQuery } from "../../api/series";
import type { Panel, SeriesSource } from "../../model/dashboard";
import { bothFilters } from "../../model/panelLines";
import { Button } from "../../ui/Button";
import { Waiting } from "../../ui/Waiting";
import type { View } from "../shell/useView";
import { useSession } from "../useSession";
import { PanelChart } from "./PanelChart";
import { PanelNumber } from "./PanelNumber";
import { PanelSql } from "./PanelSql";
import { PanelTable } from "./PanelTable";
import "./PanelBody.css";

/** What a panel shows: it asks by itself, and what goes wrong stays in it. */
export function PanelBody({ panel, view }: { panel: Panel; view: View }) {
  const { source } = panel;
  return source.of === "sql" ? (
    <SqlBody panel={panel} sql={source.sql} view={view} />
  ) : (
    <SeriesBody panel={panel} source={source} view={view} />
  );
}

interface SeriesBodyProps {
  panel: Panel;
  source: SeriesSource;
  view: View;
}

function SeriesBody({ panel, source, view }: SeriesBodyProps) {
  // A number is of everything: it needs no parts.
  const asked = panel.kind === "number" ? { ...source, split: "" } : source;
  const filter = bothFilters(view.filterText, source.filter);
  const series = useQuery(seriesQuery(view.project, view.range, filter, asked));
  if (series.isError) {
    return <Trouble error={series.error} onAgain={() => void series.refetch()} />;
  }
  if (!series.data) return <Waiting rows={4} />;
  return (
    <div className="panel-shown" data-stale={series.isPlaceholderData}>
      <Drawn panel={panel} source={asked} series={series.data} filter={filter} view={view} />
    </div>
  );
}

interface DrawnProps extends SeriesBodyProps {
  series: Series;
  /** That of the panel and of the dashboard. */
  filter: string;
}

function Drawn(props: DrawnProps) {
  const { panel, series } = props;
  if (panel.kind === "number") return <PanelNumber {...props} />;
  if (series.lines.length === 0) return <p className="panel-note">Nothing in this range.</p>;
  return (
    <>
      {panel.kind === "table" ? <PanelTable {...props} /> : <PanelChart {...props} />}
      {series.estimated && <p className="panel-note">About: some of it was sampled.</p>}
    </>
  );
}

function SqlBody({ panel, sql, view }: { panel: Panel; sql: string; view: View }) {
  const { csrf } = useSession();
  const answer = useQuery(sqlPanelQuery(view.project, view.range, sql, csrf));
  if (answer.isError) {
    return <Trouble error={answer.error} onAgain={() => void answer.refetch()} />;
  }
  if (!answer.data) return <Waiting rows={4} />;
  return (
    <div className="panel-shown" data-stale={answer.isPlaceholderData}>
      <PanelSql panel={panel} answer={answer.data} />
      {view.filterText !== "" && (
        <p className="panel-note">A query: the filter above does not narrow it.</p>
      )}
    </div>
  );
}

function Trouble({ error, onAgain }: { error: Error; onAgain: () => void }) {
  return (
    <div className="panel-trouble" role="alert">
      <p>{error.message}</p>
      <Button variant="outlined" onClick={onAgain}>
        Try again
      </Button>
    </div>
  );
}
