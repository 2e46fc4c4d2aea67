import { useMutation, useQueryClient } from "@tanstack/react-query";
import { deletePrice, type PriceRow } from "../../api/prices";
import { FormDialog } from "../../ui/FormDialog";
import { useSession } from "../useSession";

interface PriceDeletionProps {
  project: string;
  entry: PriceRow;
  onClose: () => void;
}

/** Asks before it deletes. */
export function PriceDeletion({ project, entry, onClose }: PriceDeletionProps) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const act = useMutation({
    mutationFn: () => deletePrice(project, entry.id, csrf),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["prices", project] });
      onClose();
    },
  });
  return (
    <FormDialog
      title={`Delete the price of ${entry.model}`}
      action="Delete"
      problem={act.error?.message}
      isBusy={act.isPending}
      onSubmit={() => act.mutate()}
      onClose={onClose}
    >
      <p>What comes from now on is priced with the list. What it has priced keeps its cost.</p>
    </FormDialog>
  );
}
