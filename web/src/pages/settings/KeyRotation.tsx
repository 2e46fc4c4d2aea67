import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type KeyRow, rotateKey } from "../../api/keys";
import { GRACES, keyName } from "../../model/keyForm";
import { FormDialog } from "../../ui/FormDialog";
import { useSession } from "../useSession";
import { KeyShown } from "./KeyShown";

interface KeyRotationProps {
  row: KeyRow;
  onClose: () => void;
}

/** Gives a key another secret, and the old one a time to be replaced. */
export function KeyRotation({ row, onClose }: KeyRotationProps) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const [grace, setGrace] = useState(GRACES[0]?.seconds ?? 0);
  const rotate = useMutation({
    mutationFn: () => rotateKey(row.id, grace, csrf),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["keys"] }),
  });
  if (rotate.data) return <KeyShown created={rotate.data} onClose={onClose} />;
  return (
    <FormDialog
      title={`Rotate ${keyName(row)}`}
      action="Rotate"
      problem={rotate.error?.message}
      isBusy={rotate.isPending}
      onSubmit={() => rotate.mutate()}
      onClose={onClose}
    >
      <p>The key gets another secret, which is shown once. Its id and its scopes stay.</p>
      <label>
        The old secret still works
        <select value={grace} onChange={(event) => setGrace(Number(event.target.value))}>
          {GRACES.map(({ name, seconds }) => (
            <option key={seconds} value={seconds}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </FormDialog>
  );
}
