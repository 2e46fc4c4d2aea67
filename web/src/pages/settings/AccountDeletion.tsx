import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type AccountRow, deleteAccount } from "../../api/accounts";
import { FormDialog } from "../../ui/FormDialog";
import { useSession } from "../useSession";

interface AccountDeletionProps {
  row: AccountRow;
  onClose: () => void;
}

/** Asks before it deletes. */
export function AccountDeletion({ row, onClose }: AccountDeletionProps) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const remove = useMutation({
    mutationFn: () => deleteAccount(row.id, csrf),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["accounts"] });
      onClose();
    },
  });
  return (
    <FormDialog
      title={`Delete ${row.name}`}
      action="Delete"
      problem={remove.error?.message}
      isBusy={remove.isPending}
      onSubmit={() => remove.mutate()}
      onClose={onClose}
    >
      <p>{row.name} is signed out everywhere at once. API keys stay.</p>
    </FormDialog>
  );
}
