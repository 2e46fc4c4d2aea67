import { readableText } from "../../model/sqlTable";
import { Button } from "../../ui/Button";
import { CodeBlock } from "../../ui/CodeBlock";
import { CopyButton } from "../../ui/CopyButton";
import "./SqlValue.css";

interface SqlValueProps {
  name: string;
  row: number;
  value: unknown;
  onClose: () => void;
}

/** All of one value, below its table. */
export function SqlValue({ name, row, value, onClose }: SqlValueProps) {
  const text = value === null ? "null" : readableText(value);
  return (
    <aside className="sql-value" aria-label="Value">
      <header className="sql-value-head">
        <h2 className="mono cut">{name}</h2>
        <span className="sql-value-row number">row {row}</span>
        <CopyButton text={text} what="value" />
        <Button icon="close" aria-label="Close the value" title="Close" onClick={onClose} />
      </header>
      {text === "" ? (
        <p className="sql-value-none">An empty text.</p>
      ) : (
        <CodeBlock code={text} wrap />
      )}
    </aside>
  );
}
