import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createProject, labelProject, type Project } from "../../api/projects";
import { FormDialog } from "../../ui/FormDialog";
import { useSession } from "../useSession";

interface ProjectFormProps {
  /** Null makes one. */
  project: Project | null;
  onClose: () => void;
}

/** Makes a project, or calls one something else. */
export function ProjectForm({ project, onClose }: ProjectFormProps) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const [id, setId] = useState("");
  const [label, setLabel] = useState(project?.label ?? "");
  const store = useMutation({
    mutationFn: () =>
      project ? labelProject(project.id, label, csrf) : createProject(id, label, csrf),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["projects"] });
      onClose();
    },
  });
  return (
    <FormDialog
      title={project ? `Rename ${project.id}` : "New project"}
      action={project ? "Rename" : "Create"}
      problem={store.error?.message}
      isBusy={store.isPending}
      onSubmit={() => store.mutate()}
      onClose={onClose}
    >
      {!project && (
        <label>
          Id, which senders and addresses hold; it stays
          <input
            className="mono"
            required
            maxLength={100}
            pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
            title="Letters, digits, '.', '_' and '-'"
            value={id}
            onChange={(event) => setId(event.target.value)}
          />
        </label>
      )}
      <label>
        What people call it
        <input
          maxLength={200}
          value={label}
          onChange={(event) => setLabel(event.target.value)}
          placeholder={project?.id ?? id}
        />
      </label>
    </FormDialog>
  );
}
