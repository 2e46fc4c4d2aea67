import { useEffect, useRef, useState } from "react";
import { type ExportQuestion, fetchExport } from "../../api/exporting";
import { fileName, type Progress } from "../../model/exporting";
import { saveFile } from "../../ui/saveFile";

export type ExportState =
  | { kind: "idle" }
  | { kind: "running"; progress: Progress }
  | { kind: "done"; rows: number }
  | { kind: "failed"; message: string };

const NOTHING_YET: Progress = { bytes: 0, rows: 0, total: null };
/** The bar moves at most this often. */
const SHOW_MS = 100;

/** Fetches an export and hands the file to the browser; it can be cancelled at any moment. */
export function useExport() {
  const [state, setState] = useState<ExportState>({ kind: "idle" });
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);

  const start = async (question: ExportQuestion) => {
    const control = new AbortController();
    running.current = control;
    setState({ kind: "running", progress: NOTHING_YET });
    let shownMs = 0;
    let last = NOTHING_YET;
    const show = (progress: Progress) => {
      last = progress;
      if (performance.now() - shownMs < SHOW_MS) return;
      shownMs = performance.now();
      setState({ kind: "running", progress });
    };
    try {
      const file = await fetchExport(question, show, control.signal);
      saveFile(file, fileName(question.noun, question.format, new Date()));
      setState({ kind: "done", rows: last.total ?? last.rows });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      setState(control.signal.aborted ? { kind: "idle" } : { kind: "failed", message });
    }
  };
  return { state, start, cancel: () => running.current?.abort() };
}
