import { useMutation, useQueryClient } from "@tanstack/react-query";
import { forgetProvider, type ProviderRow } from "../../api/providers";
import { FormDialog } from "../../ui/FormDialog";
import { useSession } from "../useSession";

interface ProviderRemovalProps {
  row: ProviderRow;
  onClose: () => void;
}

/** Asks before it forgets what was entered. */
export function ProviderRemoval({ row, onClose }: ProviderRemovalProps) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const remove = useMutation({
    mutationFn: () => forgetProvider(row.name, csrf),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["providers"] });
      onClose();
    },
  });
  return (
    <FormDialog
      title={`Remove ${row.title}`}
      action="Remove"
      problem={remove.error?.message}
      isBusy={remove.isPending}
      onSubmit={() => remove.mutate()}
      onClose={onClose}
    >
      <p>
        What was entered of it goes, the key too. Calls that are recorded stay
        {row.source === "stored" ? "." : ", and the gateway goes on passing calls to it."}
      </p>
    </FormDialog>
  );
}
