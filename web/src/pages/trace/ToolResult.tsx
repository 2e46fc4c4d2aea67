import { oneLine } from "../../model/conversation";
import { JsonTree } from "../../ui/JsonTree";

interface ToolResultProps {
  /** Of the tool; empty where it is told above. */
  name: string;
  value: unknown;
}

/** What a tool answered, one line until unfolded. */
export function ToolResult({ name, value }: ToolResultProps) {
  return (
    <div className="tool-card">
      <details>
        <summary>
          <span className="tool-arrow">→</span>
          {name !== "" && <b className="mono">{name}</b>}
          <span className="mono cut">{oneLine(value)}</span>
        </summary>
        <JsonTree value={value} />
      </details>
    </div>
  );
}
