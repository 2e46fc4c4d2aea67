import type { SpanContent } from "../../api/contents";
import type { Block } from "../../model/conversation";
import { seenBefore } from "../../model/turns";
import { TurnList } from "./TurnList";
import { Value } from "./Value";

interface SpokenCallProps {
  content: SpanContent;
  /** The call that it goes on from. */
  before: SpanContent | null;
  /** Names of tools whose calls have entries of their own. */
  tools: ReadonlySet<string>;
}

/** What a model call added to the conversation. */
export function SpokenCall({ content, before, tools }: SpokenCallProps) {
  const { input, output, input_messages, output_messages } = content;
  const isTold = (block: Block) =>
    (block.type === "tool" && tools.has(block.call.name)) ||
    (block.type === "result" && (block.name === "" ? tools.size > 0 : tools.has(block.name)));
  return (
    <>
      {input_messages === null && <Value title="Input" value={input} />}
      {(input_messages ?? output_messages) && (
        <TurnList
          input={input_messages ?? []}
          output={output_messages ?? []}
          seen={before ? seenBefore(content, before) : 0}
          without={isTold}
        />
      )}
      {output_messages === null && <Value title="Output" value={output} />}
    </>
  );
}
