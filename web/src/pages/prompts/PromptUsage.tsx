import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { promptQuery, type PromptVersionHead, type PromptVersions } from "../../api/prompts";
import { pythonProgram } from "../../model/promptSnippet";
import { LATEST } from "../../model/promptText";
import { CodeBlock } from "../../ui/CodeBlock";
import { Waiting } from "../../ui/Waiting";
import type { View } from "../shell/useView";
import "../overview/FirstTrace.css";

interface PromptUsageProps {
  view: View;
  history: PromptVersions;
  head: PromptVersionHead;
}

/** How a program asks for the prompt. */
export function PromptUsage({ view, history, head }: PromptUsageProps) {
  const { project } = view;
  const shown = useQuery(promptQuery(project, history.name, head.version));
  const label = labelOf(head, history);
  if (shown.isError) return <p role="alert">{shown.error.message}</p>;
  if (!shown.data) return <Waiting rows={6} />;
  const used = { name: history.name, label, template: shown.data.template };
  return (
    <div className="first-trace">
      <p>
        {head.labels.includes(label)
          ? `These lines ask for the label ${label}, which points at version ${head.version} now.`
          : `Version ${head.version} has no label: programs ask by a label, such as ${label}.`}{" "}
        Whoever moves the label changes what they get, within a minute.
      </p>
      <CodeBlock code={pythonProgram(used, { origin: location.origin, project })} />
      <p>
        Reading a prompt takes an{" "}
        <Link to="/p/$project/settings/keys" params={{ project }}>
          API key
        </Link>{" "}
        of the project with the scope ingest or read, so that the key which sends spans does. Model
        calls in the block are counted for the version that was fetched. While this server cannot be
        reached, the last version that the machine has seen is used; a <code>fallback=</code> is for
        when it has seen none.
      </p>
    </div>
  );
}

/** By which label a program gets this version; without one, by which it could. */
function labelOf(head: PromptVersionHead, { versions }: PromptVersions): string {
  const own = head.labels.filter((label) => label !== LATEST);
  if (own.includes("production")) return "production";
  return own[0] ?? (head.version === versions[0]?.version ? LATEST : "production");
}
