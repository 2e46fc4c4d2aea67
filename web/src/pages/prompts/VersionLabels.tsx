import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import {
  moveLabel,
  type PromptVersionHead,
  type PromptVersions,
  removeLabel,
} from "../../api/prompts";
import { labelProblem, LATEST } from "../../model/promptText";
import { Button } from "../../ui/Button";
import { FormDialog } from "../../ui/FormDialog";
import { useSession } from "../useSession";
import { LabelChip } from "./LabelChip";
import { MovedLabels } from "./MovedLabels";
import "./VersionLabels.css";

interface VersionLabelsProps {
  project: string;
  history: PromptVersions;
  head: PromptVersionHead;
}

/** The labels that point at a version; each can be taken away, and others moved here. */
export function VersionLabels({ project, history, head }: VersionLabelsProps) {
  const { isAdmin } = useSession();
  const [isMoving, setMoving] = useState(false);
  const [gone, setGone] = useState<string | null>(null);
  return (
    <div className="version-labelled">
      {head.labels.map((label) => (
        <span key={label} className="version-label">
          <LabelChip label={label} />
          {isAdmin && label !== LATEST && (
            <Button
              icon="close"
              aria-label={`Remove the label ${label}`}
              title={`Remove the label ${label}`}
              onClick={() => setGone(label)}
            />
          )}
        </span>
      ))}
      {isAdmin && <Button onClick={() => setMoving(true)}>Set a label…</Button>}
      {isMoving && (
        <LabelForm
          project={project}
          history={history}
          head={head}
          onClose={() => setMoving(false)}
        />
      )}
      {gone !== null && (
        <LabelRemoval
          project={project}
          history={history}
          label={gone}
          onClose={() => setGone(null)}
        />
      )}
    </div>
  );
}

/** After a label has moved, everything that shows labels is asked for anew. */
function useFresh(project: string, name: string, onDone: () => void) {
  const queries = useQueryClient();
  return async () => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: ["prompt", project, name] }),
      queries.invalidateQueries({ queryKey: ["prompts", project] }),
    ]);
    onDone();
  };
}

function LabelForm({
  project,
  history,
  head,
  onClose,
}: VersionLabelsProps & { onClose: () => void }) {
  const id = useId();
  const { csrf } = useSession();
  const [text, setText] = useState("");
  const label = text.trim();
  const { name, versions } = history;
  const { version } = head;
  const known = new Set(["production", "staging", ...versions.flatMap((one) => one.labels)]);
  const problem = label === "" ? "" : labelProblem([label]);
  const move = useMutation({
    mutationFn: () => moveLabel(project, { name, label }, version, csrf),
    onSuccess: useFresh(project, name, onClose),
  });
  return (
    <FormDialog
      title={`Let a label point at version ${version}`}
      action="Set the label"
      problem={problem || move.error?.message}
      isBusy={move.isPending || problem !== ""}
      onSubmit={() => move.mutate()}
      onClose={onClose}
    >
      <label>
        Label
        <input
          required
          maxLength={100}
          list={id}
          autoComplete="off"
          placeholder="production"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <datalist id={id}>
          {[...known]
            .filter((one) => one !== LATEST)
            .map((one) => (
              <option key={one} value={one} />
            ))}
        </datalist>
      </label>
      <MovedLabels labels={[label]} versions={versions} to={version} />
    </FormDialog>
  );
}

interface LabelRemovalProps {
  project: string;
  history: PromptVersions;
  label: string;
  onClose: () => void;
}

function LabelRemoval({ project, history: { name }, label, onClose }: LabelRemovalProps) {
  const { csrf } = useSession();
  const act = useMutation({
    mutationFn: () => removeLabel(project, { name, label }, csrf),
    onSuccess: useFresh(project, name, onClose),
  });
  return (
    <FormDialog
      title={`Remove the label ${label}`}
      action="Remove"
      problem={act.error?.message}
      isBusy={act.isPending}
      onSubmit={() => act.mutate()}
      onClose={onClose}
    >
      <p>
        It then points at no version: programs that ask for it go on with the copy that they have
        seen, or with their fallback.
      </p>
    </FormDialog>
  );
}
