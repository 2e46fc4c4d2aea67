import { useBlocker, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Dashboard } from "../../api/dashboards";
import {
  changedPanel,
  type Draft,
  documentOf,
  draftOf,
  MAX_PANELS,
  NEW_PANEL,
  type Panel,
  withPanel,
} from "../../model/dashboard";
import { serializeRange } from "../../model/range";
import { Button } from "../../ui/Button";
import type { View } from "../shell/useView";
import { PanelEditor } from "./PanelEditor";
import { PanelGrid } from "./PanelGrid";
import { SaveTrouble } from "./SaveTrouble";
import { useSave } from "./useSave";
import "../../ui/Fields.css";
import "./DashboardView.css";
import "./DashboardEditor.css";

/** The panel that is edited: one of the draft by its key, or a new one. */
type Open = { key: number | null; panel: Panel } | null;

/** A dashboard while it is changed; nothing is kept before it is saved. */
export function DashboardEditor({ dashboard, view }: { dashboard: Dashboard; view: View }) {
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>(() => draftOf(dashboard.document));
  const [open, setOpen] = useState<Open>(null);
  const save = useSave(view.project, dashboard);
  const document = documentOf(draft);
  const isChanged = JSON.stringify(document) !== JSON.stringify(dashboard.document);
  const leave = () =>
    void navigate({ to: ".", search: ({ edit: _, ...search }) => search, ignoreBlocker: true });
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      current.pathname !== next.pathname && !confirm("Leave without saving the dashboard?"),
    enableBeforeUnload: isChanged,
    disabled: !isChanged,
  });
  const set = (part: Partial<Draft["document"]>) =>
    setDraft({ ...draft, document: { ...draft.document, ...part } });

  if (open) {
    const { key } = open;
    return (
      <PanelEditor
        panel={open.panel}
        view={view}
        action={key === null ? "Add" : "Done"}
        onDone={(panel) => {
          setDraft(key === null ? withPanel(draft, panel) : changedPanel(draft, key, panel));
          setOpen(null);
        }}
        onCancel={() => setOpen(null)}
      />
    );
  }
  return (
    <div className="dashboard">
      <form
        className="dashboard-form fields"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(document, { onSuccess: leave });
        }}
      >
        <label>
          Name
          <input
            value={draft.document.name}
            maxLength={200}
            required
            onChange={(event) => set({ name: event.target.value })}
          />
        </label>
        <label className="dashboard-description">
          Description
          <input
            value={draft.document.description}
            maxLength={2000}
            onChange={(event) => set({ description: event.target.value })}
          />
        </label>
        <Button
          icon="add"
          variant="outlined"
          disabled={draft.panels.length >= MAX_PANELS}
          onClick={() => setOpen({ key: null, panel: NEW_PANEL })}
        >
          Add a panel
        </Button>
        <Button onClick={leave}>Cancel</Button>
        <Button type="submit" variant="primary" disabled={save.isPending || !isChanged}>
          Save
        </Button>
      </form>
      <Beginning document={draft.document} view={view} onChange={set} />
      {save.error && (
        <SaveTrouble
          error={save.error}
          document={document}
          project={view.project}
          onLeave={leave}
        />
      )}
      <PanelGrid
        draft={draft}
        view={view}
        onChange={setDraft}
        onEdit={(key, panel) => setOpen({ key, panel })}
      />
    </div>
  );
}

interface BeginningProps {
  document: Draft["document"];
  view: View;
  onChange: (part: Pick<Draft["document"], "range" | "filter">) => void;
}

/** With which window and filter it opens. */
function Beginning({ document, view, onChange }: BeginningProps) {
  const now = { range: serializeRange(view.range), filter: view.filterText };
  const isSame = now.range === document.range && now.filter === document.filter;
  return (
    <p className="panel-note">
      It opens with the range {document.range}
      {document.filter === "" ? " and no filter." : " and the filter "}
      {document.filter !== "" && <code>{document.filter}</code>}{" "}
      {!isSame && (
        <Button variant="outlined" onClick={() => onChange(now)}>
          Open with those of now
        </Button>
      )}
    </p>
  );
}
