import * as Tabs from "@radix-ui/react-tabs";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { PromptVersionHead, PromptVersions } from "../../api/prompts";
import type { View } from "../shell/useView";
import { PromptUsage } from "./PromptUsage";
import { PromptUse } from "./PromptUse";
import { VersionView } from "./VersionView";
import "../../ui/Tabs.css";

interface PromptTabsProps {
  view: View;
  history: PromptVersions;
  /** The version that is shown. */
  head: PromptVersionHead;
}

const TABS = [
  { id: "text", name: "Prompt", Shown: VersionView },
  { id: "figures", name: "Figures", Shown: PromptUse },
  { id: "use", name: "How to use it", Shown: PromptUsage },
] as const;

/** The version that is shown, how the versions do, and how a program asks for it. */
export function PromptTabs(props: PromptTabsProps) {
  const { tab } = useSearch({ from: "/p/$project/prompts/$name" });
  const navigate = useNavigate({ from: "/p/$project/prompts/$name" });
  const shown = TABS.find(({ id }) => id === tab)?.id ?? "text";
  return (
    <Tabs.Root
      className="prompt-main"
      value={shown}
      onValueChange={(next) =>
        void navigate({ search: (search) => ({ ...search, tab: next === "text" ? "" : next }) })
      }
    >
      <Tabs.List className="tab-list" aria-label="Of this prompt">
        {TABS.map(({ id, name }) => (
          <Tabs.Trigger key={id} value={id} className="tab">
            {name}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {TABS.map(({ id, Shown }) => (
        <Tabs.Content key={id} value={id} className="prompt-tab">
          <Shown {...props} />
        </Tabs.Content>
      ))}
    </Tabs.Root>
  );
}
