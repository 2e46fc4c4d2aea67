import { useMutation, useQueryClient } from "@tanstack/react-query";
import { deleteScrape, type ScrapeRow } from "../../api/scrapes";
import { FormDialog } from "../../ui/FormDialog";
import { useSession } from "../useSession";

interface ScrapeDeletionProps {
  project: string;
  row: ScrapeRow;
  onClose: () => void;
}

/** Asks before an endpoint is read no longer. */
export function ScrapeDeletion({ project, row, onClose }: ScrapeDeletionProps) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const remove = useMutation({
    mutationFn: () => deleteScrape(project, row.id, csrf),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["scrapes", project] });
      onClose();
    },
  });
  return (
    <FormDialog
      title="Read it no longer"
      action="Delete"
      problem={remove.error?.message}
      isBusy={remove.isPending}
      onSubmit={() => remove.mutate()}
      onClose={onClose}
    >
      <p>
        <code>{row.url}</code> is not read again. What was read stays.
      </p>
    </FormDialog>
  );
}
