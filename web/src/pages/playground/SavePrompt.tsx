import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type Checked, configOf, templateOf } from "../../model/playground";
import { Button } from "../../ui/Button";
import { SaveVersionDialog } from "../prompts/SaveVersionDialog";

interface SavePromptProps {
  project: string;
  checked: Checked;
  /** The prompt of which the request was. */
  name: string;
}

/** Keeps the messages as a version of a prompt. */
export function SavePrompt({ project, checked, name }: SavePromptProps) {
  const [isOpen, setOpen] = useState(false);
  const [saved, setSaved] = useState<{ name: string; version: number } | null>(null);
  return (
    <>
      <Button variant="outlined" disabled={!checked.ok} onClick={() => setOpen(true)}>
        Save as prompt version
      </Button>
      {saved && (
        <span role="status">
          Saved as{" "}
          <Link
            to="/p/$project/prompts/$name"
            params={{ project, name: saved.name }}
            search={{ version: `${saved.version}` }}
          >
            {saved.name} {saved.version}
          </Link>
        </span>
      )}
      {isOpen && checked.ok && (
        <SaveVersionDialog
          template={templateOf(checked.body)}
          config={configOf(checked.body)}
          {...(name !== "" && { name })}
          onClose={() => setOpen(false)}
          onSaved={(prompt) => {
            setSaved({ name: prompt.name, version: prompt.version });
            setOpen(false);
          }}
        />
      )}
    </>
  );
}
