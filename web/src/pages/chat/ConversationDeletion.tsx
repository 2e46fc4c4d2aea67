import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ConversationHead, deleteConversation } from "../../api/chat";
import { counted } from "../../model/format";
import { FormDialog } from "../../ui/FormDialog";
import { useSession } from "../useSession";

interface ConversationDeletionProps {
  project: string;
  row: ConversationHead;
  isOpen: boolean;
  onClose: () => void;
}

/** Asks once more, and deletes the conversation; its traces stay. */
export function ConversationDeletion(props: ConversationDeletionProps) {
  const { project, row, isOpen, onClose } = props;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { csrf } = useSession();
  const deletion = useMutation({
    mutationFn: () => deleteConversation(project, row.id, csrf),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["conversations", project] });
      onClose();
      if (isOpen) {
        void navigate({
          to: "/p/$project/chat",
          params: { project },
          search: (before) => before,
          replace: true,
        });
      }
    },
  });
  return (
    <FormDialog
      title="Delete the conversation"
      action="Delete"
      problem={deletion.error?.message}
      isBusy={deletion.isPending}
      onSubmit={() => deletion.mutate()}
      onClose={onClose}
    >
      <p>
        <b>{row.title}</b>, with {counted(row.messages, "message")} and what is attached to them.
        The traces of its calls stay.
      </p>
    </FormDialog>
  );
}
