import { movedLabels } from "../../model/promptText";

interface MovedLabelsProps {
  labels: readonly string[];
  versions: readonly { version: number; labels: readonly string[] }[];
  /** The version that gets them; null is one that is still to be saved. */
  to: number | null;
}

/** Says which labels another version loses, before it happens. */
export function MovedLabels({ labels, versions, to }: MovedLabelsProps) {
  const moved = movedLabels(labels, versions, to);
  if (moved.length === 0) return null;
  return (
    <div role="status">
      <ul aria-label="Labels that move">
        {moved.map(({ label, from }) => (
          <li key={label}>
            <b>{label}</b> leaves version {from}: programs that ask for it get{" "}
            {to === null ? "this one" : `version ${to}`} from then on.
          </li>
        ))}
      </ul>
    </div>
  );
}
