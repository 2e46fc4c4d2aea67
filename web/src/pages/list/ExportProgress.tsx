import { shareOf } from "../../model/exporting";
import { counted, formatExact, formatShare } from "../../model/format";
import type { ExportState } from "./useExport";

/** How far the export has come, and how it ended; always as high, so that nothing jumps. */
export function ExportProgress({ state, noun }: { state: ExportState; noun: string }) {
  if (state.kind === "running") {
    const { progress } = state;
    const share = shareOf(progress);
    return (
      <div className="export-progress">
        <progress
          aria-label="Progress of the export"
          {...(share === null ? {} : { value: share })}
        />
        <p className="number" role="status">
          {progress.total === null
            ? "The server counts the rows."
            : `${formatExact(progress.rows)} of ${counted(progress.total, noun)} · ${formatShare(share ?? 0)}`}
        </p>
      </div>
    );
  }
  return (
    <div className="export-progress">
      {state.kind === "done" && <p role="status">{counted(state.rows, noun)} exported.</p>}
      {state.kind === "failed" && (
        <p role="alert" className="export-failed">
          {state.message}
        </p>
      )}
    </div>
  );
}
