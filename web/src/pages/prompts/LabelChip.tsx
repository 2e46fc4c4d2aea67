import { LATEST } from "../../model/promptText";
import "./LabelChip.css";

/** A label that points at a version. */
export function LabelChip({ label }: { label: string }) {
  return (
    <span className="label-chip cut" data-own={label === LATEST} title={label}>
      {label}
    </span>
  );
}
