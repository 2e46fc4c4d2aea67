import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type KeyRow, revokeKey } from "../../api/keys";
import { keyName } from "../../model/keyForm";
import { FormDialog } from "../../ui/FormDialog";
import { useSession } from "../useSession";

interface KeyRevocationProps {
  row: KeyRow;
  onClose: () => void;
}

/** Asks before it revokes. */
export function KeyRevocation({ row, onClose }: KeyRevocationProps) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const revoke = useMutation({
    mutationFn: () => revokeKey(row.id, csrf),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["keys"] });
      onClose();
    },
  });
  return (
    <FormDialog
      title={`Revoke ${keyName(row)}`}
      action="Revoke"
      problem={revoke.error?.message}
      isBusy={revoke.isPending}
      onSubmit={() => revoke.mutate()}
      onClose={onClose}
    >
      <p>
        Programs that use it are refused at once. What they have sent stays in <b>{row.project}</b>.
      </p>
    </FormDialog>
  );
}
