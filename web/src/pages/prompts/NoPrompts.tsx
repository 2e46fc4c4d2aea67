import { Link } from "@tanstack/react-router";
import { curlCommand, pythonProgram } from "../../model/promptSnippet";
import { Button } from "../../ui/Button";
import { CodeBlock } from "../../ui/CodeBlock";
import { Notice } from "../../ui/Notice";
import "../overview/FirstTrace.css";

const FIRST = { name: "greet", label: "production", template: "Greet {{name}} in one sentence." };

interface NoPromptsProps {
  project: string;
  /** Null for who may not. */
  onAdd: (() => void) | null;
}

/** How a first prompt is made, and how a program asks for it. */
export function NoPrompts({ project, onAdd }: NoPromptsProps) {
  const where = { origin: location.origin, project };
  return (
    <Notice title={`No prompt is kept in ${project} yet`}>
      <div className="first-trace">
        <p>
          A prompt has a name and versions. A label, such as production, says which version programs
          get: to change what they say, move the label, and nothing is deployed.
        </p>
        {onAdd && (
          <p>
            <Button icon="add" variant="primary" onClick={onAdd}>
              New prompt
            </Button>
          </p>
        )}
        <p>Or keep the first version by a command, with a key that may write:</p>
        <CodeBlock code={curlCommand(where)} />
        <p>
          A Python program asks for it by its label, with the{" "}
          <Link to="/p/$project/settings/keys" params={{ project }}>
            API key
          </Link>{" "}
          that its spans are sent with:
        </p>
        <CodeBlock code={pythonProgram(FIRST, where)} />
      </div>
    </Notice>
  );
}
