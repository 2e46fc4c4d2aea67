import { parsedJson } from "../../model/conversation";
import { JsonTree } from "../../ui/JsonTree";
import { LongText } from "./LongText";
import { Section } from "./Section";

interface ValueProps {
  title: string;
  value: unknown;
}

/** Any value in its best form: text as text, structures as a tree; nothing for null. */
export function Value({ title, value }: ValueProps) {
  if (value === null || value === undefined || value === "") return null;
  const structure = typeof value === "string" ? parsedJson(value) : value;
  return (
    <Section title={title}>
      {structure === null && typeof value === "string" ? (
        <LongText text={value} />
      ) : (
        <JsonTree value={structure} open={3} />
      )}
    </Section>
  );
}
