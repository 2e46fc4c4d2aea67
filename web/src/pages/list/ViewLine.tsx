import { type SubmitEvent, useState } from "react";
import type { SavedView } from "../../api/views";
import { Button } from "../../ui/Button";

interface ViewLineProps {
  view: SavedView;
  onApply: () => void;
  onRename: (name: string) => void;
  onDelete: () => void;
}

/** One saved view: a click applies it; it can be renamed in place, and deleted. */
export function ViewLine({ view, onApply, onRename, onDelete }: ViewLineProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const rename = (event: SubmitEvent) => {
    event.preventDefault();
    const name = draft?.trim() ?? "";
    if (name !== "" && name !== view.name) onRename(name);
    setDraft(null);
  };
  if (draft !== null) {
    return (
      <form className="view-menu-form" onSubmit={rename}>
        <input
          aria-label={`New name of ${view.name}`}
          value={draft}
          maxLength={100}
          autoFocus
          onChange={(event) => setDraft(event.target.value)}
        />
        <Button type="submit">Rename</Button>
      </form>
    );
  }
  return (
    <div className="view-line">
      <button type="button" className="menu-item" onClick={onApply}>
        <span className="cut">{view.name}</span>
        <span className="menu-note mono cut">{view.filter}</span>
      </button>
      <Button
        icon="edit"
        aria-label={`Rename ${view.name}`}
        title="Rename"
        onClick={() => setDraft(view.name)}
      />
      <Button icon="trash" aria-label={`Delete ${view.name}`} title="Delete" onClick={onDelete} />
    </div>
  );
}
