import { imageUrl } from "../../api/chat";
import type { Attached } from "../../model/attachments";
import { Button } from "../../ui/Button";
import "./AttachmentChips.css";

interface AttachmentChipsProps {
  project: string;
  attached: readonly Attached[];
  onDrop: (key: number) => void;
}

/** What goes with the next question, each to be taken away again. */
export function AttachmentChips({ project, attached, onDrop }: AttachmentChipsProps) {
  if (attached.length === 0) return null;
  return (
    <ul className="attachment-chips" aria-label="Attached">
      {attached.map(({ key, name, state, mediaId, why }) => (
        <li key={key} data-state={state} title={why === "" ? name : why}>
          {mediaId !== null && <img src={imageUrl(project, mediaId)} alt="" />}
          <span className="cut">{state === "failed" ? why : name}</span>
          {state === "reading" && <span className="unit">reading</span>}
          <Button icon="close" aria-label={`Take ${name} away`} onClick={() => onDrop(key)} />
        </li>
      ))}
    </ul>
  );
}
