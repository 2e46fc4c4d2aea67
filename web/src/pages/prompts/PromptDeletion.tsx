import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { deletePrompt, type PromptVersionHead } from "../../api/prompts";
import { counted } from "../../model/format";
import { LATEST } from "../../model/promptText";
import { FormDialog } from "../../ui/FormDialog";
import { useSession } from "../useSession";

interface PromptDeletionProps {
  project: string;
  name: string;
  /** Those that go. */
  versions: readonly PromptVersionHead[];
  /** All of the prompt goes. */
  isWhole: boolean;
  onClose: () => void;
}

/** Asks before a version, or a prompt, is deleted. */
export function PromptDeletion({ project, name, versions, isWhole, onClose }: PromptDeletionProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { csrf } = useSession();
  const number = versions[0]?.version ?? 0;
  const labels = versions.flatMap((one) => one.labels).filter((label) => label !== LATEST);
  const act = useMutation({
    mutationFn: () => deletePrompt(project, name, isWhole ? null : number, csrf),
    onSuccess: async () => {
      onClose();
      const own = ["prompt", project, name];
      if (isWhole) {
        await navigate({
          to: "/p/$project/prompts",
          params: { project },
          search: ({ range = "", live = "" }) => ({ range, live }),
        });
      } else {
        await navigate({ to: ".", search: ({ version: _, with: __, ...search }) => search });
        await queries.invalidateQueries({ queryKey: [...own, "versions"] });
      }
      // What is gone is asked for no more.
      queries.removeQueries({ queryKey: isWhole ? own : [...own, "version", number] });
      await queries.invalidateQueries({ queryKey: ["prompts", project] });
    },
  });
  const what = isWhole ? "the prompt" : `version ${number}`;
  return (
    <FormDialog
      title={`Delete ${what}`}
      action="Delete"
      problem={act.error?.message}
      isBusy={act.isPending}
      onSubmit={() => act.mutate()}
      onClose={onClose}
    >
      <p>
        {isWhole
          ? `${name} goes for everybody in ${project}, with ${counted(versions.length, "version")}.`
          : `Version ${number} of ${name} goes for everybody in ${project}.`}{" "}
        Spans that name it stay as they are.
      </p>
      {labels.length > 0 && (
        <p>
          <b>{labels.join(", ")}</b> {labels.length === 1 ? "points" : "point"} at it: programs that
          ask for {labels.length === 1 ? "this label" : "these labels"} go on with the copy that
          they have seen, or with their fallback.
        </p>
      )}
    </FormDialog>
  );
}
