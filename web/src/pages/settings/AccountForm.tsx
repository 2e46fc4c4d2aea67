import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createAccount } from "../../api/accounts";
import { FormDialog } from "../../ui/FormDialog";
import { NewPassword } from "../NewPassword";
import { useSession } from "../useSession";

/** Makes an account; its owner changes the password afterwards. */
export function AccountForm({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [role, setRole] = useState<"viewer" | "admin">("viewer");
  const create = useMutation({
    mutationFn: () => createAccount({ name, password, role }, csrf),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["accounts"] });
      onClose();
    },
  });
  return (
    <FormDialog
      title="New account"
      action={create.isPending ? "Creating" : "Create"}
      problem={create.error?.message}
      isBusy={create.isPending}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <label>
        Name or e-mail address
        <input
          required
          maxLength={200}
          autoComplete="off"
          autoCapitalize="none"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <NewPassword
        label="Password, to be changed by its owner"
        value={password}
        onChange={setPassword}
      />
      <label>
        Role
        <select
          value={role}
          onChange={(event) => setRole(event.target.value === "admin" ? "admin" : "viewer")}
        >
          <option value="viewer">Viewer: reads everything, changes nothing</option>
          <option value="admin">Admin: may change everything</option>
        </select>
      </label>
    </FormDialog>
  );
}
