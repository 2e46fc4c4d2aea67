import { useMemo } from "react";
import { type Block, parsedJson, type Turn } from "../../model/conversation";
import { counted } from "../../model/format";
import { JsonTree } from "../../ui/JsonTree";
import { LongText } from "./LongText";
import { MediaView } from "./MediaView";
import { ToolCard } from "./ToolCard";
import { ToolResult } from "./ToolResult";
import "./TurnView.css";

const ROLES: Record<string, string> = {
  system: "System",
  developer: "Developer",
  user: "User",
  assistant: "Assistant",
  tool: "Tool",
};

/** One message: who said it, and what. */
export function TurnView({ turn }: { turn: Turn }) {
  const isFoldedRole = turn.role === "system" || turn.role === "developer";
  const label = ROLES[turn.role] ?? turn.role;
  return (
    <li className="turn" data-role={turn.role} data-new={turn.isFirstNew}>
      {isFoldedRole ? (
        <details>
          <summary>
            <b>{label}</b>
            <span className="cut">{firstText(turn.blocks)}</span>
          </summary>
          <Blocks blocks={turn.blocks} />
        </details>
      ) : (
        <>
          <h4>
            {label}
            {turn.isOutput && turn.finishReason !== "" && <span>{turn.finishReason}</span>}
          </h4>
          <Blocks blocks={turn.blocks} />
        </>
      )}
    </li>
  );
}

function Blocks({ blocks }: { blocks: readonly Block[] }) {
  return (
    <div className="turn-blocks">
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} />
      ))}
    </div>
  );
}

function BlockView({ block }: { block: Block }) {
  switch (block.type) {
    case "text":
      return <Text text={block.text} />;
    case "reasoning":
      return (
        <details className="turn-reasoning">
          <summary>Reasoning, {counted(block.text.split(/\s+/, 10_000).length, "word")}</summary>
          <LongText text={block.text} />
        </details>
      );
    case "tool":
      return <ToolCard call={block.call} />;
    case "result":
      return <ToolResult name={block.name} value={block.value} />;
    case "media":
      return <MediaView part={block.part} />;
  }
}

function Text({ text }: { text: string }) {
  const json = useMemo(() => parsedJson(text), [text]);
  return json ? <JsonTree value={json} /> : <LongText text={text} />;
}

function firstText(blocks: readonly Block[]): string {
  const first = blocks.find((block) => block.type === "text");
  return first?.type === "text" ? first.text.slice(0, 200) : "";
}
