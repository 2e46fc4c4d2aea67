import { partsOf, spokenOf, type Template } from "../../model/promptText";
import { CopyButton } from "../../ui/CopyButton";
import "./TemplateView.css";

/** A text, or messages, with the variables marked. */
export function TemplateView({ template }: { template: Template }) {
  if (typeof template === "string") {
    return (
      <section className="template" aria-label="Text">
        <Text text={template} />
        <CopyButton text={template} what="text" />
      </section>
    );
  }
  return (
    <ol className="template-messages" aria-label="Messages">
      {template.map(spokenOf).map(({ role, content }, at) => (
        <li key={at} className="template">
          <h3>{role}</h3>
          <Text text={content} />
          <CopyButton text={content} what={`message ${at + 1}`} />
        </li>
      ))}
    </ol>
  );
}

function Text({ text }: { text: string }) {
  return (
    <p className="template-text" dir="auto">
      {partsOf(text).map((part, at) =>
        part.isVariable ? <mark key={at}>{part.text}</mark> : part.text,
      )}
    </p>
  );
}
