import { type DragEvent, type KeyboardEvent, useState } from "react";
import {
  changedPanel,
  type Draft,
  type DraftPanel,
  duplicated,
  movedPanel,
  PANEL_WIDTHS,
  type Panel,
  type PanelWidth,
  stepOf,
  withoutPanel,
} from "../../model/dashboard";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import type { View } from "../shell/useView";
import { PanelFrame } from "./PanelFrame";
import "./PanelGrid.css";

interface PanelGridProps {
  draft: Draft;
  view: View;
  onChange: (draft: Draft) => void;
  onEdit: (key: number, panel: Panel) => void;
}

/** The panels of a draft: moved by the mouse or the arrow keys of their handles. */
export function PanelGrid({ draft, view, onChange, onEdit }: PanelGridProps) {
  const [dragged, setDragged] = useState<number | null>(null);
  const [said, setSaid] = useState("");
  const move = (key: number, to: number) => {
    const next = movedPanel(draft, key, to);
    const at = next.panels.findIndex((one) => one.key === key);
    setSaid(`${next.panels[at]?.panel.title ?? ""}: place ${at + 1} of ${next.panels.length}`);
    onChange(next);
  };
  const over = (event: DragEvent, at: number) => {
    if (dragged === null) return;
    event.preventDefault();
    if (draft.panels[at]?.key !== dragged) move(dragged, at);
  };

  if (draft.panels.length === 0) {
    return (
      <Notice title="No panel yet">
        <p>Add one above: a measure of traces or spans, or a query.</p>
      </Notice>
    );
  }
  return (
    <>
      <p className="panel-note">
        Move a panel by its handle: drag it, or focus it and press the arrow keys.
      </p>
      <p className="out-of-sight" role="status">
        {said}
      </p>
      <div className="panels" data-editing="true">
        {draft.panels.map((one, at) => (
          <div
            key={one.key}
            className="panel-place"
            data-width={one.panel.width}
            data-dragged={one.key === dragged}
            onDragOver={(event) => over(event, at)}
            onDrop={(event) => event.preventDefault()}
          >
            <PanelFrame
              panel={one.panel}
              view={view}
              tools={
                <Tools
                  one={one}
                  onMove={(step) => move(one.key, at + step)}
                  onDrag={setDragged}
                  onWidth={(width) =>
                    onChange(changedPanel(draft, one.key, { ...one.panel, width }))
                  }
                  onEdit={() => onEdit(one.key, one.panel)}
                  onDuplicate={() => onChange(duplicated(draft, one.key))}
                  onRemove={() => onChange(withoutPanel(draft, one.key))}
                />
              }
            />
          </div>
        ))}
      </div>
    </>
  );
}

interface ToolsProps {
  one: DraftPanel;
  onMove: (step: -1 | 1) => void;
  onDrag: (key: number | null) => void;
  onWidth: (width: PanelWidth) => void;
  onEdit: () => void;
  onDuplicate: () => void;
  onRemove: () => void;
}

function Tools({ one, onMove, onDrag, onWidth, ...act }: ToolsProps) {
  const { title, width } = one.panel;
  const press = (event: KeyboardEvent) => {
    const step = stepOf(event.key);
    if (step === null) return;
    event.preventDefault();
    onMove(step);
  };
  return (
    <div className="panel-tools">
      <Button
        icon="grip"
        className="panel-grip"
        aria-label={`Move ${title}`}
        title="Drag, or press an arrow key"
        draggable
        onKeyDown={press}
        onDragStart={(event) => {
          event.dataTransfer.effectAllowed = "move";
          event.dataTransfer.setData("text/plain", title);
          onDrag(one.key);
        }}
        onDragEnd={() => onDrag(null)}
      />
      <select
        aria-label={`Width of ${title}`}
        value={width}
        onChange={(event) => onWidth(event.target.value as PanelWidth)}
      >
        {Object.entries(PANEL_WIDTHS).map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
      <Button icon="edit" aria-label={`Edit ${title}`} title="Edit" onClick={act.onEdit} />
      <Button
        icon="copy"
        aria-label={`Duplicate ${title}`}
        title="Duplicate"
        onClick={act.onDuplicate}
      />
      <Button icon="trash" aria-label={`Remove ${title}`} title="Remove" onClick={act.onRemove} />
    </div>
  );
}
