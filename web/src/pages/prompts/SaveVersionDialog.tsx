import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useId, useState } from "react";
import {
  keptPromptQuery,
  type Prompt,
  type PromptHead,
  promptsQuery,
  promptVersionsQuery,
  savePromptVersion,
} from "../../api/prompts";
import { labelProblem, tagsOf, type Template, variablesOf, wordsOf } from "../../model/promptText";
import { FormDialog } from "../../ui/FormDialog";
import { useSession } from "../useSession";
import { MovedLabels } from "./MovedLabels";
import { VariableList } from "./VariableList";

interface SaveVersionDialogProps {
  /** What is saved: a text, or messages. */
  template: Template;
  /** What belongs to it, such as model and parameters; null is nothing. */
  config: unknown;
  /** The prompt that is suggested. */
  name?: string;
  onClose: () => void;
  onSaved: (saved: Prompt) => void;
}

/** Saves a template as the next version of a prompt, or as the first one of a new prompt. */
export function SaveVersionDialog(props: SaveVersionDialogProps) {
  const { template, config, onClose, onSaved } = props;
  const { project } = useParams({ from: "/p/$project" });
  const queries = useQueryClient();
  const { csrf } = useSession();
  const [name, setName] = useState(props.name ?? "");
  const [message, setMessage] = useState("");
  const [labelText, setLabelText] = useState("");
  // Until they are written, the prompt keeps those that it has.
  const [tagText, setTagText] = useState<string | null>(null);
  const labels = wordsOf(labelText);
  const tags = tagText === null ? null : tagsOf(tagText);
  const kept = useQuery({ ...keptPromptQuery(project, name.trim()), enabled: name.trim() !== "" });
  const save = useMutation({
    mutationFn: () =>
      savePromptVersion(
        project,
        { name: name.trim(), template, config, message, labels, tags },
        csrf,
      ),
    onSuccess: async (saved) => {
      await Promise.all([
        queries.invalidateQueries({ queryKey: ["prompts", project] }),
        queries.invalidateQueries({ queryKey: ["prompt", project, saved.name] }),
      ]);
      onSaved(saved);
    },
  });
  const problem = labelProblem(labels);
  return (
    <FormDialog
      title="Save as a prompt version"
      action={save.isPending ? "Saving" : "Save"}
      problem={problem || save.error?.message}
      isBusy={save.isPending || problem !== ""}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <NameField project={project} name={name} onChange={setName} />
      <label>
        What is new
        <input
          maxLength={10_000}
          placeholder="Answers in the customer's language"
          value={message}
          onChange={(event) => setMessage(event.target.value)}
        />
      </label>
      <label>
        Labels, such as production
        <input value={labelText} onChange={(event) => setLabelText(event.target.value)} />
      </label>
      <label>
        Tags of the prompt, with commas between
        <input
          value={tagText ?? kept.data?.tags.join(", ") ?? ""}
          onChange={(event) => setTagText(event.target.value)}
        />
      </label>
      <OfPrompt project={project} name={name.trim()} kept={kept.data} labels={labels} />
      <VariableList names={variablesOf(template)} />
    </FormDialog>
  );
}

interface NameFieldProps {
  project: string;
  name: string;
  onChange: (name: string) => void;
}

/** A prompt that is there, or a new name. */
function NameField({ project, name, onChange }: NameFieldProps) {
  const id = useId();
  const known = useQuery(promptsQuery(project, { words: name.trim(), tag: "", offset: 0 }));
  return (
    <label>
      Prompt, or a new name
      <input
        required
        maxLength={255}
        list={id}
        autoComplete="off"
        placeholder="support/answer"
        value={name}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={id}>
        {known.data?.prompts.map((prompt) => (
          <option key={prompt.name} value={prompt.name} />
        ))}
      </datalist>
    </label>
  );
}

interface OfPromptProps {
  project: string;
  name: string;
  /** Null where none of this name is kept. */
  kept: PromptHead | null | undefined;
  labels: string[];
}

/** Whether it is a new prompt or the next version of one, and which labels another version loses. */
function OfPrompt({ project, name, kept, labels }: OfPromptProps) {
  const versions = useQuery({
    ...promptVersionsQuery(project, name),
    enabled: Boolean(kept) && labels.length > 0,
  });
  if (name === "" || kept === undefined) return null;
  const newest = kept?.versions.at(-1);
  return (
    <>
      <p role="status">
        {newest === undefined ? "A new prompt." : `It becomes version ${newest + 1}.`}
      </p>
      <MovedLabels labels={labels} versions={versions.data?.versions ?? []} to={null} />
    </>
  );
}
