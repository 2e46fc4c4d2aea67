import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changePassword } from "../api/accounts";
import { FormDialog } from "../ui/FormDialog";
import { NewPassword } from "./NewPassword";
import { useSession } from "./useSession";

/** Changes one's own password; every other session ends. */
export function PasswordChange({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const { csrf, name } = useSession();
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => changePassword(old, next, csrf),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["own-sessions"] });
      onClose();
    },
  });
  return (
    <FormDialog
      title="Change your password"
      action={change.isPending ? "Changing" : "Change"}
      problem={change.error?.message}
      isBusy={change.isPending}
      onSubmit={() => change.mutate()}
      onClose={onClose}
    >
      <p>You stay signed in here; everywhere else it ends.</p>
      <input hidden readOnly autoComplete="username" value={name} />
      <label>
        Old password
        <input
          type="password"
          required
          maxLength={200}
          autoComplete="current-password"
          value={old}
          onChange={(event) => setOld(event.target.value)}
        />
      </label>
      <NewPassword label="New password" value={next} onChange={setNext} />
    </FormDialog>
  );
}
