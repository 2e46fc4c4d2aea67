import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { choiceAsText, choiceOf, type ModelChoice } from "../../model/modelChoice";
import { Button } from "../../ui/Button";
import { useMedia } from "../../ui/useMedia";
import { useStored } from "../../ui/useStored";
import { ConversationList } from "./ConversationList";
import { ConversationView } from "./ConversationView";
import { FigureStrip } from "./FigureStrip";
import { NewConversation } from "./NewConversation";
import "./ChatPage.css";

/** Conversations at the left, the open one in the middle, what it took at the right; on a phone both are drawers. */
export function ChatPage() {
  const { project } = useParams({ from: "/p/$project" });
  const { conversationId: id = null } = useParams({ strict: false });
  const navigate = useNavigate();
  const sides = useSides();
  const [last, storeLast] = useStored("chat.model", "");
  const choose = (choice: ModelChoice) => storeLast(choiceAsText(choice));
  const begin = () => {
    sides.close();
    void navigate({
      to: "/p/$project/chat",
      params: { project },
      search: (before) => ({ ...before, words: "", archived: "" }),
    });
  };
  return (
    <div className="chat">
      {sides.hasList && (
        <ConversationList project={project} openId={id} onNew={begin} onChosen={sides.close} />
      )}
      {sides.isDrawerOpen && (
        <button type="button" className="chat-veil" aria-label="Close" onClick={sides.close} />
      )}
      <section className="chat-middle" aria-label="Conversation">
        <Tools sides={sides} hasFigures={id !== null} />
        {id === null ? (
          <NewConversation project={project} lastChoice={choiceOf(last)} onChoose={choose} />
        ) : (
          <ConversationView key={id} project={project} id={id} onChoose={choose} />
        )}
      </section>
      {id !== null && sides.hasFigures && <FigureStrip project={project} id={id} />}
    </div>
  );
}

type Side = "list" | "figures";

/** What stands beside the conversation: on a phone one of the two, over it, when it is asked for. */
function useSides() {
  const isNarrow = useMedia("(max-width: 900px)");
  const [drawer, setDrawer] = useState<Side | null>(null);
  const [strip, storeStrip] = useStored("chat.strip", "open");
  return {
    isNarrow,
    isDrawerOpen: isNarrow && drawer !== null,
    hasList: !isNarrow || drawer === "list",
    hasFigures: isNarrow ? drawer === "figures" : strip === "open",
    close: () => setDrawer(null),
    toggle: (side: Side) => {
      if (isNarrow) setDrawer(drawer === side ? null : side);
      else storeStrip(strip === "open" ? "folded" : "open");
    },
  };
}

interface ToolsProps {
  sides: ReturnType<typeof useSides>;
  hasFigures: boolean;
}

/** The buttons that open and close the sides. */
function Tools({ sides, hasFigures }: ToolsProps) {
  return (
    <header className="chat-tools">
      {sides.isNarrow && (
        <Button icon="chat" aria-expanded={sides.hasList} onClick={() => sides.toggle("list")}>
          Conversations
        </Button>
      )}
      {hasFigures && (
        <Button
          icon="metrics"
          className="chat-strip-button"
          aria-expanded={sides.hasFigures}
          onClick={() => sides.toggle("figures")}
        >
          Figures
        </Button>
      )}
    </header>
  );
}
