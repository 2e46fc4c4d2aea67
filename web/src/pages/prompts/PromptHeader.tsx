import * as Menu from "@radix-ui/react-dropdown-menu";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { PromptVersionHead, PromptVersions } from "../../api/prompts";
import { Button } from "../../ui/Button";
import { CopyButton } from "../../ui/CopyButton";
import { Icon } from "../../ui/Icon";
import type { View } from "../shell/useView";
import { useSession } from "../useSession";
import { PromptDeletion } from "./PromptDeletion";
import "../../ui/Button.css";
import "../shell/Menu.css";
import "./PromptHeader.css";

interface PromptHeaderProps {
  history: PromptVersions;
  /** The version that is shown. */
  version: PromptVersionHead | null;
  view: View;
}

/** Name and tags, and what can be done with the prompt. */
export function PromptHeader({ history, version, view }: PromptHeaderProps) {
  const navigate = useNavigate();
  const { isAdmin } = useSession();
  const edit = () =>
    void navigate({
      to: ".",
      search: (search) => ({ ...search, edit: "on", ...(version ? {} : { version: "" }) }),
    });
  return (
    <header className="prompt-header">
      <div className="prompt-names">
        <h2>
          {history.name} <CopyButton text={history.name} what="name" />
        </h2>
        {history.tags.length > 0 && <p>{history.tags.join(" · ")}</p>}
      </div>
      {isAdmin && (
        <>
          <DeleteMenu history={history} version={version} view={view} />
          <Button icon="edit" variant="primary" onClick={edit}>
            New version
          </Button>
        </>
      )}
    </header>
  );
}

/** What is about to be deleted. */
type Gone = "version" | "prompt" | null;

function DeleteMenu({ history, version, view }: PromptHeaderProps) {
  const [gone, setGone] = useState<Gone>(null);
  return (
    <>
      <Menu.Root modal={false}>
        <Menu.Trigger className="button">
          <Icon name="trash" />
          Delete
          <Icon name="down" />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Content className="menu" align="end" sideOffset={4}>
            {version && history.versions.length > 1 && (
              <Menu.Item className="menu-item" onSelect={() => setGone("version")}>
                Version {version.version}…
              </Menu.Item>
            )}
            <Menu.Item className="menu-item" onSelect={() => setGone("prompt")}>
              The whole prompt…
            </Menu.Item>
          </Menu.Content>
        </Menu.Portal>
      </Menu.Root>
      {gone && (
        <PromptDeletion
          project={view.project}
          name={history.name}
          versions={gone === "version" && version ? [version] : history.versions}
          isWhole={gone === "prompt"}
          onClose={() => setGone(null)}
        />
      )}
    </>
  );
}
