import * as Menu from "@radix-ui/react-dropdown-menu";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { ConversationHead } from "../../api/chat";
import { Age } from "../../ui/Age";
import { Icon } from "../../ui/Icon";
import { ConversationDeletion } from "./ConversationDeletion";
import { ConversationName } from "./ConversationName";
import { useChange } from "./useChange";
import "../../ui/Button.css";
import "../shell/Menu.css";
import "./ConversationRow.css";

interface ConversationRowProps {
  project: string;
  row: ConversationHead;
  isOpen: boolean;
  onChosen: () => void;
}

/** A conversation in the list: its title, its age, and what can be done with it. */
export function ConversationRow({ project, row, isOpen, onChosen }: ConversationRowProps) {
  const [doing, setDoing] = useState<"name" | "delete" | null>(null);
  const change = useChange(project, row.id);
  return (
    <li className="conversation-row" data-open={isOpen}>
      <Link
        to="/p/$project/chat/$conversationId"
        params={{ project, conversationId: row.id }}
        search={(before) => before}
        title={row.title}
        aria-current={isOpen ? "page" : undefined}
        onClick={onChosen}
      >
        <span className="cut">{row.title}</span>
        <span className="conversation-row-note">
          <span className="cut">{row.model}</span>
          <Age time={row.updated} />
        </span>
      </Link>
      <Menu.Root modal={false}>
        <Menu.Trigger className="button" aria-label={`What to do with ${row.title}`}>
          <Icon name="more" />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Content className="menu" align="end" sideOffset={4}>
            <Menu.Item className="menu-item" onSelect={() => setDoing("name")}>
              Rename
            </Menu.Item>
            <Menu.Item
              className="menu-item"
              onSelect={() => change.mutate({ is_archived: !row.is_archived })}
            >
              {row.is_archived ? "Restore" : "Archive"}
            </Menu.Item>
            <Menu.Item className="menu-item" onSelect={() => setDoing("delete")}>
              Delete…
            </Menu.Item>
          </Menu.Content>
        </Menu.Portal>
      </Menu.Root>
      {change.error && <p role="alert">{change.error.message}</p>}
      {doing === "name" && (
        <ConversationName {...{ project, row }} onClose={() => setDoing(null)} />
      )}
      {doing === "delete" && (
        <ConversationDeletion {...{ project, row, isOpen }} onClose={() => setDoing(null)} />
      )}
    </li>
  );
}
