import { useState } from "react";
import type { ConversationHead } from "../../api/chat";
import { FormDialog } from "../../ui/FormDialog";
import { useChange } from "./useChange";

const MAX_TITLE = 200;

interface ConversationNameProps {
  project: string;
  row: ConversationHead;
  onClose: () => void;
}

/** Gives a conversation another title. */
export function ConversationName({ project, row, onClose }: ConversationNameProps) {
  const [title, setTitle] = useState(row.title);
  const change = useChange(project, row.id);
  return (
    <FormDialog
      title="Rename the conversation"
      action="Rename"
      problem={change.error?.message}
      isBusy={change.isPending || title.trim() === ""}
      onSubmit={() => change.mutate({ title: title.trim() }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <label>
        Title
        <input
          value={title}
          maxLength={MAX_TITLE}
          onChange={(event) => setTitle(event.target.value)}
        />
      </label>
    </FormDialog>
  );
}
