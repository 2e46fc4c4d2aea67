import { useState } from "react";
import { type Block, parsedJson, type Turn } from "../../model/conversation";
import { counted } from "../../model/format";
import { JsonTree } from "../../ui/JsonTree";
import { Markdown } from "../../ui/Markdown";
import { ToolCard } from "./ToolCard";
import "./TurnView.css";

const ROLES: Record<string, string> = {
  system: "System",
  developer: "Developer",
  user: "User",
  assistant: "Assistant",
  tool: "Tool",
};

/** A text longer than this begins folded; the rest is one click away. */
const FOLDED_CHARACTERS = 4000;

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
          <summary>Reasoning, {counted(block.text.split(/\s+/).length, "word")}</summary>
          <Markdown text={block.text} />
        </details>
      );
    case "tool":
      return <ToolCard call={block.call} />;
    case "media":
      return (
        <div className="turn-media">
          <span>{block.part.type}</span>
          <JsonTree value={block.part.data ?? block.part.content} open={1} />
        </div>
      );
  }
}

function Text({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(text.length <= FOLDED_CHARACTERS);
  const json = parsedJson(text);
  if (json) return <JsonTree value={json} />;
  return (
    <>
      <Markdown text={isWhole ? text : text.slice(0, FOLDED_CHARACTERS)} />
      {!isWhole && (
        <button type="button" className="turn-more" onClick={() => setWhole(true)}>
          Show {counted(text.length - FOLDED_CHARACTERS, "more character")}
        </button>
      )}
    </>
  );
}

function firstText(blocks: readonly Block[]): string {
  const first = blocks.find((block) => block.type === "text");
  return first?.type === "text" ? first.text.slice(0, 200) : "";
}
