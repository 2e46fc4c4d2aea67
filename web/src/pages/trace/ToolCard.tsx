import { oneLine, type ToolCall } from "../../model/conversation";
import { JsonTree } from "../../ui/JsonTree";
import { KindGlyph } from "../../ui/KindGlyph";
import "./ToolCard.css";

/** A tool call and its result, one line each until unfolded. */
export function ToolCard({ call }: { call: ToolCall }) {
  return (
    <div className="tool-card">
      <details>
        <summary>
          <KindGlyph kind="tool" />
          <b className="mono">{call.name === "" ? "tool" : call.name}</b>
          <span className="mono cut">{oneLine(call.arguments)}</span>
        </summary>
        <JsonTree value={call.arguments} />
      </details>
      {call.answered ? (
        <details>
          <summary>
            <span className="tool-arrow">→</span>
            <span className="mono cut">{oneLine(call.result)}</span>
          </summary>
          <JsonTree value={call.result} />
        </details>
      ) : null}
    </div>
  );
}
