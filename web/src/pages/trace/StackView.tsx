import { counted } from "../../model/format";
import { type StackPart, stackParts } from "../../model/stack";
import { CopyButton } from "../../ui/CopyButton";
import "./StackView.css";

/** A stack trace: own frames with their lines, those of libraries folded. */
export function StackView({ stack }: { stack: string }) {
  return (
    <div className="stack mono" tabIndex={0} role="group" aria-label="Stack">
      {stackParts(stack).map((part, index) => (
        <Part key={index} part={part} />
      ))}
      <CopyButton text={stack} what="stack" />
    </div>
  );
}

function Part({ part }: { part: StackPart }) {
  if (part.type === "text") return <p>{part.text}</p>;
  const frames = (
    <ol>
      {part.frames.map(({ place, name, code }, index) => (
        <li key={index}>
          <b>{name === "" ? "(anonymous)" : name}</b> <span>{place}</span>
          {code.length > 0 && <pre>{code.join("\n")}</pre>}
        </li>
      ))}
    </ol>
  );
  if (!part.isLibrary) return frames;
  return (
    <details>
      <summary>{counted(part.frames.length, "frame")} in libraries</summary>
      {frames}
    </details>
  );
}
