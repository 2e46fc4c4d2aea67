import { useMutation, useQueryClient } from "@tanstack/react-query";
import { deletePrice, type PriceRow } from "../../api/prices";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { useSession } from "../useSession";
import "./PriceForm.css";

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
    <Dialog label={`Delete the price of ${entry.model}`} onClose={onClose}>
      <form
        className="price-form"
        onSubmit={(event) => {
          event.preventDefault();
          act.mutate();
        }}
      >
        <h2>Delete the price of {entry.model}</h2>
        <p>What comes from now on is priced with the list. What it has priced keeps its cost.</p>
        <footer>
          <p role="alert">{act.error?.message}</p>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={act.isPending}>
            Delete
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
