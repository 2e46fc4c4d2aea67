import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { choicesQuery } from "../../api/series";
import {
  PANEL_KINDS,
  PANEL_WIDTHS,
  type Panel,
  type PanelKind,
  panelOf,
  type PanelWidth,
} from "../../model/dashboard";
import { Button } from "../../ui/Button";
import { Segments } from "../../ui/Segments";
import { Waiting } from "../../ui/Waiting";
import type { View } from "../shell/useView";
import { PanelFrame } from "./PanelFrame";
import { SeriesFields } from "./SeriesFields";
import "../../ui/Fields.css";
import "./PanelEditor.css";

const PanelQuery = lazy(() =>
  import("./PanelQuery").then((module) => ({ default: module.PanelQuery })),
);

const SOURCES = { traces: "Traces", spans: "Spans", sql: "SQL" } as const;
type Of = keyof typeof SOURCES;

interface PanelEditorProps {
  panel: Panel;
  view: View;
  /** The verb on the button. */
  action: string;
  onDone: (panel: Panel) => void;
  onCancel: () => void;
}

/** What a panel asks, and beside it what it would show. */
export function PanelEditor({ panel: first, view, action, onDone, onCancel }: PanelEditorProps) {
  const [panel, setPanel] = useState(first);
  const choices = useQuery(choicesQuery(view.project));
  const { source } = panel;
  const namesOf = (of: Of) =>
    (choices.data?.measures ?? []).filter((one) => of !== "sql" && one.of.includes(of));
  const splitsOf = (of: Of) =>
    (of === "spans" ? choices.data?.splits_of_spans : choices.data?.splits_of_traces) ?? [];
  const choose = (of: Of) =>
    setPanel(
      panelOf(panel, of, {
        measures: namesOf(of).map(({ name }) => name),
        splits: splitsOf(of),
      }),
    );

  return (
    <div className="panel-editor">
      <form
        className="panel-form fields"
        aria-label="Panel"
        onSubmit={(event) => {
          event.preventDefault();
          onDone(panel);
        }}
      >
        <label>
          Title
          <input
            value={panel.title}
            maxLength={200}
            required
            pattern=".*\S.*"
            onChange={(event) => setPanel({ ...panel, title: event.target.value })}
          />
        </label>
        <div className="panel-choice">
          <span aria-hidden="true">Source</span>
          <Segments
            label="Source"
            choices={Object.keys(SOURCES) as Of[]}
            chosen={source.of}
            nameOf={(of) => SOURCES[of]}
            onChoose={choose}
          />
        </div>
        {source.of === "sql" ? (
          <Suspense fallback={<Waiting rows={4} />}>
            <PanelQuery
              sql={source.sql}
              view={view}
              onRun={(sql) => setPanel({ ...panel, source: { of: "sql", sql } })}
            />
          </Suspense>
        ) : (
          <SeriesFields
            source={source}
            measures={namesOf(source.of).map(({ name }) => name)}
            splits={splitsOf(source.of)}
            view={view}
            onChange={(next) => setPanel({ ...panel, source: next })}
          />
        )}
        <div className="panel-choice">
          <span aria-hidden="true">Shown as</span>
          <Segments
            label="Shown as"
            choices={Object.keys(PANEL_KINDS) as PanelKind[]}
            chosen={panel.kind}
            nameOf={(kind) => PANEL_KINDS[kind]}
            onChoose={(kind) => setPanel({ ...panel, kind })}
          />
        </div>
        <div className="panel-choice">
          <span aria-hidden="true">Width</span>
          <Segments
            label="Width"
            choices={Object.keys(PANEL_WIDTHS) as PanelWidth[]}
            chosen={panel.width}
            nameOf={(width) => PANEL_WIDTHS[width]}
            onChoose={(width) => setPanel({ ...panel, width })}
          />
        </div>
        <footer>
          <Button onClick={onCancel}>Cancel</Button>
          <Button type="submit" variant="primary">
            {action}
          </Button>
        </footer>
      </form>
      <div className="panel-preview">
        <PanelFrame panel={panel} view={view} />
      </div>
    </div>
  );
}
