import { type SubmitEvent, useState } from "react";
import type { Noun, RowQuestion } from "../../api/rows";
import { FORMATS, type Format } from "../../model/exporting";
import { counted, formatExact } from "../../model/format";
import { chosenColumns } from "../../model/listColumns";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { ExportProgress } from "./ExportProgress";
import type { ListKind } from "./listKind";
import { useExport } from "./useExport";
import "./ExportDialog.css";

interface ExportDialogProps<N extends Noun> {
  kind: ListKind<N>;
  question: RowQuestion<N>;
  /** The columns of the list, which are those of the file at first. */
  columns: string;
  /** The rows that were selected; none means all that the filter lets pass. */
  ids: readonly string[];
  onClose: () => void;
}

/** Which rows, which columns, which format; then the file, with its progress. */
export function ExportDialog<N extends Noun>(props: ExportDialogProps<N>) {
  const { kind, question, ids, onClose } = props;
  const [format, setFormat] = useState<Format>("csv");
  const [onlySelected, setOnlySelected] = useState(ids.length > 0);
  const [columns, setColumns] = useState<readonly string[]>(() =>
    chosenColumns(kind.columns, props.columns, Infinity).map(({ id }) => id),
  );
  const { state, start, cancel } = useExport();
  const isRunning = state.kind === "running";
  const fields = kind.columns
    .filter(({ id }) => columns.includes(id))
    .flatMap((column) => column.fields);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void start({
      ...question,
      format,
      fields: [...new Set(fields)],
      ids: onlySelected ? ids : [],
    });
  };
  return (
    <Dialog label={`Export ${kind.title.toLowerCase()}`} onClose={onClose}>
      <form className="export" onSubmit={submit}>
        <h2>Export {kind.title.toLowerCase()}</h2>
        <fieldset disabled={isRunning}>
          <legend>Rows</legend>
          {ids.length > 0 && (
            <label>
              <input
                type="radio"
                name="rows"
                checked={onlySelected}
                onChange={() => setOnlySelected(true)}
              />
              {counted(ids.length, `selected ${kind.one}`)}
            </label>
          )}
          <label>
            <input
              type="radio"
              name="rows"
              checked={!onlySelected}
              onChange={() => setOnlySelected(false)}
            />
            All that the filter and the range let pass
          </label>
        </fieldset>
        <fieldset disabled={isRunning}>
          <legend>Format</legend>
          {FORMATS.map(({ id, label }) => (
            <label key={id}>
              <input
                type="radio"
                name="format"
                checked={format === id}
                onChange={() => setFormat(id)}
              />
              {label}
            </label>
          ))}
        </fieldset>
        <fieldset disabled={isRunning} className="export-columns">
          <legend>Columns ({formatExact(columns.length)})</legend>
          {kind.columns.map(({ id, name }) => (
            <label key={id}>
              <input
                type="checkbox"
                checked={columns.includes(id)}
                onChange={(event) =>
                  setColumns(
                    event.target.checked ? [...columns, id] : columns.filter((one) => one !== id),
                  )
                }
              />
              {name}
            </label>
          ))}
        </fieldset>
        <ExportProgress state={state} noun={kind.one} />
        <footer>
          <Button onClick={isRunning ? cancel : onClose}>{isRunning ? "Cancel" : "Close"}</Button>
          <Button type="submit" variant="primary" disabled={isRunning || columns.length === 0}>
            Export
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
