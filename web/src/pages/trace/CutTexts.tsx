import { useState } from "react";
import type { TextAddress, WholeText } from "../../api/texts";
import { formatBytes } from "../../model/bytes";
import { fieldName } from "../../model/truncation";
import { TextReader } from "./TextReader";
import "./CutTexts.css";

interface CutTextsProps {
  project: string;
  traceId: string;
  spanId: string;
  whole: readonly WholeText[];
}

/** Which texts are longer than what is shown of them, and a way to read all of each. */
export function CutTexts({ project, traceId, spanId, whole }: CutTextsProps) {
  const [open, setOpen] = useState<WholeText | null>(null);
  if (whole.length === 0) return null;
  const address: TextAddress = { project, traceId, spanId, field: open?.field ?? "" };
  return (
    <>
      {whole.map((one) => (
        <p key={one.field} className="cut-text">
          <span>
            <b>{fieldName(one.field)}</b> is longer than what is shown of it:{" "}
            {formatBytes(one.size_bytes)}.
          </span>
          <button type="button" onClick={() => setOpen(one)}>
            Read all of it
          </button>
        </p>
      ))}
      {open && (
        <TextReader
          key={open.field}
          text={address}
          sizeBytes={open.size_bytes}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}
