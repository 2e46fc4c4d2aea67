import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { Prompt } from "../../api/prompts";
import {
  type Draft,
  type DraftKind,
  draftOf,
  draftProblem,
  isWritten,
  readDraft,
  templateOf,
  turned,
} from "../../model/promptDraft";
import { parseConfig, variablesOf } from "../../model/promptText";
import { Button } from "../../ui/Button";
import { Segments } from "../../ui/Segments";
import { useStored } from "../../ui/useStored";
import { MessageFields } from "./MessageFields";
import { SaveVersionDialog } from "./SaveVersionDialog";
import { VariableList } from "./VariableList";
import "../../ui/Fields.css";
import "./PromptEditor.css";

const KINDS = ["text", "chat", "json"] as const;
const KIND_NAMES: Record<DraftKind, string> = {
  text: "Text",
  chat: "Messages",
  json: "Messages as JSON",
};

interface PromptEditorProps {
  project: string;
  /** Null while the prompt has none. */
  name: string | null;
  /** The version that it begins from. */
  base: Prompt | null;
  onLeave: () => void;
}

/** Writes the next version of a prompt, or the first one; a browser keeps what is written until it is saved. */
export function PromptEditor({ project, name, base, onLeave }: PromptEditorProps) {
  const navigate = useNavigate();
  const { draft, begun, set, forget } = useDraft(project, name, base);
  const [isSaving, setSaving] = useState(false);
  const template = templateOf(draft);
  const config = parseConfig(draft.config);
  const problem = draftProblem(draft);
  const isChanged = isWritten(draft, begun);
  const leave = () => {
    forget();
    onLeave();
  };
  return (
    <div className="prompt-editor fields">
      <header>
        <h2>{name === null ? "New prompt" : `New version of ${name}`}</h2>
        <Segments
          label="Form"
          choices={KINDS}
          chosen={draft.kind}
          nameOf={(kind) => KIND_NAMES[kind]}
          onChoose={(kind) => set(turned(draft, kind))}
        />
      </header>
      <Began draft={draft} base={base} isChanged={isChanged} onDiscard={forget} />
      <Written draft={draft} onChange={set} />
      <p className="prompt-editor-note">
        <code>{"{{name}}"}</code> stands for a value that a program gives.
      </p>
      {template.ok && <VariableList names={variablesOf(template.value)} />}
      <Config draft={draft} onChange={set} />
      <Foot
        problem={problem}
        isChanged={isChanged}
        onLeave={leave}
        onSave={() => setSaving(true)}
      />
      {isSaving && template.ok && config.ok && (
        <SaveVersionDialog
          template={template.value}
          config={config.value}
          name={name ?? ""}
          onClose={() => setSaving(false)}
          onSaved={(saved) => {
            forget();
            void navigate({
              to: "/p/$project/prompts/$name",
              params: { project, name: saved.name },
              search: ({ range = "", live = "" }) => ({
                range,
                live,
                version: String(saved.version),
              }),
            });
          }}
        />
      )}
    </div>
  );
}

/** What is written, which this browser keeps under the prompt's name. */
function useDraft(project: string, name: string | null, base: Prompt | null) {
  const [stored, store] = useStored(`prompt-draft ${project} ${name ?? ""}`, "");
  const begun = useMemo(() => draftOf(base), [base]);
  const kept = useMemo(() => (stored === "" ? null : readDraft(stored)), [stored]);
  return {
    draft: kept ?? begun,
    begun,
    set: (draft: Draft) => store(isWritten(draft, begun) ? JSON.stringify(draft) : ""),
    forget: () => store(""),
  };
}

interface BeganProps {
  draft: Draft;
  base: Prompt | null;
  isChanged: boolean;
  onDiscard: () => void;
}

/** Says so where what was written before began from another version than the one that is shown. */
function Began({ draft, base, isChanged, onDiscard }: BeganProps) {
  if (base === null || !isChanged || draft.from === base.version) return null;
  return (
    <p className="prompt-editor-note" role="status">
      Kept in this browser since before, begun from version {draft.from}.{" "}
      <Button variant="outlined" onClick={onDiscard}>
        Begin from version {base.version}
      </Button>
    </p>
  );
}

interface FootProps {
  problem: string;
  isChanged: boolean;
  onLeave: () => void;
  onSave: () => void;
}

function Foot({ problem, isChanged, onLeave, onSave }: FootProps) {
  return (
    <footer>
      <p role="alert">{isChanged ? problem : ""}</p>
      <Button onClick={onLeave}>{isChanged ? "Discard" : "Cancel"}</Button>
      <Button variant="primary" disabled={problem !== "" || !isChanged} onClick={onSave}>
        Save…
      </Button>
    </footer>
  );
}

interface WrittenProps {
  draft: Draft;
  onChange: (draft: Draft) => void;
}

function Config({ draft, onChange }: WrittenProps) {
  return (
    <label>
      Config, as JSON: what belongs to it, such as model and parameters
      <textarea
        className="mono"
        rows={4}
        spellCheck={false}
        placeholder='{"model": "gpt-4o-mini", "temperature": 0.2}'
        value={draft.config}
        aria-invalid={!parseConfig(draft.config).ok}
        onChange={(event) => onChange({ ...draft, config: event.target.value })}
      />
    </label>
  );
}

function Written({ draft, onChange }: WrittenProps) {
  switch (draft.kind) {
    case "chat":
      return (
        <MessageFields
          messages={draft.messages}
          onChange={(messages) => onChange({ ...draft, messages })}
        />
      );
    case "text":
    case "json": {
      const { kind } = draft;
      return (
        <label>
          {KIND_NAMES[kind]}
          <textarea
            className={kind === "json" ? "mono" : undefined}
            rows={12}
            spellCheck={kind === "text"}
            dir="auto"
            value={draft[kind]}
            onChange={(event) => onChange({ ...draft, [kind]: event.target.value })}
          />
        </label>
      );
    }
  }
}
