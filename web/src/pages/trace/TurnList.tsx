import { useState } from "react";
import { arrange, type Block, type ChatMessage, type Turn } from "../../model/conversation";
import { counted } from "../../model/format";
import { TurnView } from "./TurnView";
import "./TurnList.css";

interface TurnListProps {
  input: readonly ChatMessage[];
  output: readonly ChatMessage[];
  /** So many of the input the call before has seen: they are folded. */
  seen: number;
  /** Leaves out what is told elsewhere. */
  without?: (block: Block) => boolean;
}

/** The messages of a model call; those that the call before had, too, in one line. */
export function TurnList({ input, output, seen, without }: TurnListProps) {
  const [isOpen, setOpen] = useState(false);
  const before = input.slice(0, seen);
  const fresh = told(arrange(input.slice(seen), output, before), without);
  return (
    <ol className="turns">
      {seen > 0 && (
        <li>
          <button
            type="button"
            className="turns-seen"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? "▾" : "▸"} {counted(seen, "message")} as before
          </button>
        </li>
      )}
      {isOpen &&
        told(arrange(before, []), without).map((turn, index) => (
          <TurnView key={`before ${index}`} turn={{ ...turn, isFirstNew: false }} />
        ))}
      {fresh.map((turn, index) => (
        <TurnView key={index} turn={turn} />
      ))}
    </ol>
  );
}

function told(turns: readonly Turn[], without: TurnListProps["without"]): readonly Turn[] {
  if (!without) return turns;
  return turns
    .map((turn) => ({ ...turn, blocks: turn.blocks.filter((block) => !without(block)) }))
    .filter(({ blocks }) => blocks.length > 0);
}
