import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type AccountRow, resetPassword } from "../../api/accounts";
import { FormDialog } from "../../ui/FormDialog";
import { NewPassword } from "../NewPassword";
import { useSession } from "../useSession";

interface PasswordResetProps {
  row: AccountRow;
  onClose: () => void;
}

/** Sets the password of somebody who has lost it. */
export function PasswordReset({ row, onClose }: PasswordResetProps) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const [password, setPassword] = useState("");
  const reset = useMutation({
    mutationFn: () => resetPassword(row.id, password, csrf),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["accounts"] });
      onClose();
    },
  });
  return (
    <FormDialog
      title={`Set the password of ${row.name}`}
      action="Set"
      problem={reset.error?.message}
      isBusy={reset.isPending}
      onSubmit={() => reset.mutate()}
      onClose={onClose}
    >
      <p>Wherever {row.name} is signed in, it ends.</p>
      <NewPassword label="New password" value={password} onChange={setPassword} />
    </FormDialog>
  );
}
