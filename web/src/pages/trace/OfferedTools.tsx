import { counted, formatExact } from "../../model/format";
import { offeredTools } from "../../model/tools";
import type { ChatMessage } from "../../model/conversation";
import { Section } from "./Section";
import "./OfferedTools.css";

interface OfferedToolsProps {
  definitions: unknown;
  answer: readonly ChatMessage[] | null;
}

/** The tools that the model could have called, those that it did call first. */
export function OfferedTools({ definitions, answer }: OfferedToolsProps) {
  const tools = offeredTools(definitions, answer);
  if (tools.length === 0) return null;
  const called = tools.filter(({ calls }) => calls > 0).length;
  const offered = counted(tools.filter(({ isOffered }) => isOffered).length, "tool");
  return (
    <Section title="Tools" note={`${offered} offered, ${formatExact(called)} called`}>
      <ul className="offered-tools">
        {tools.slice(0, MOST).map((tool) => (
          <li key={tool.name} data-called={tool.calls > 0}>
            <b className="mono">{tool.name}</b>
            <span className="number">
              {tool.calls > 0 ? `× ${tool.calls}` : ""}
              {tool.isOffered ? "" : ", not offered"}
            </span>
            <span className="cut" title={tool.description}>
              {tool.description}
            </span>
          </li>
        ))}
      </ul>
      {tools.length > MOST && <p>and {counted(tools.length - MOST, "other")}</p>}
    </Section>
  );
}

/** Somebody who offers more has the list under Details. */
const MOST = 60;
