import { useEffect, useEffectEvent, useMemo, useRef } from "react";
import type { AnswerFigures, ChatMessage } from "../../api/chat";
import type { AnswerText } from "../../model/answerStream";
import type { Step } from "../../model/conversationTree";
import { Button } from "../../ui/Button";
import { useMeasuredRows } from "../../ui/useMeasuredRows";
import { useRowHeights } from "../../ui/useRowHeights";
import { AnswerView } from "./AnswerView";
import type { ChatActions } from "./chatActions";
import { QuestionView } from "./QuestionView";
import { useEnd } from "./useEnd";
import "./MessageList.css";

interface MessageListProps {
  project: string;
  path: readonly Step<ChatMessage>[];
  texts: ReadonlyMap<string, AnswerText>;
  figures: Readonly<Record<string, AnswerFigures>>;
  actions: ChatActions;
}

const CHARACTERS_A_LINE = 85;

/** The messages of the shown path; only those in view are in the document. It stays at its end while the reader does. */
export function MessageList({ project, path, texts, figures, actions }: MessageListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const guesses = useMemo(() => path.map(({ message }) => guessOf(message)), [path]);
  const heights = useRowHeights(guesses);
  const rows = useMeasuredRows({ scroller, heights, count: path.length });
  const { isThere, goThere } = useEnd(scroller);
  const last = path.at(-1)?.message;
  // Who has asked wants to see the answer.
  const follow = useEffectEvent(() => {
    if (last?.status === "answering") goThere();
  });
  useEffect(() => follow(), [last?.id]);

  return (
    <div className="message-list-frame">
      <div
        ref={scroller}
        className="message-list"
        role="feed"
        aria-label="Messages"
        aria-busy={last?.status === "answering"}
        tabIndex={0}
      >
        <div style={{ minHeight: rows.height, paddingTop: rows.top }}>
          {path.slice(rows.first, rows.last).map((step, place) => (
            <div
              key={step.message.id}
              ref={rows.row}
              data-index={rows.first + place}
              className="message-place"
            >
              {step.message.role === "user" ? (
                <QuestionView project={project} step={step} actions={actions} />
              ) : (
                <AnswerView
                  project={project}
                  step={step}
                  live={texts.get(step.message.id)}
                  figures={figures[step.message.id]}
                  actions={actions}
                />
              )}
            </div>
          ))}
        </div>
      </div>
      {!isThere && (
        <Button
          className="message-list-end"
          icon="dropped"
          variant="outlined"
          aria-label="To the end of the conversation"
          title="To the end"
          onClick={goThere}
        />
      )}
    </div>
  );
}

/** How high a message is about to be, before it has been seen. */
function guessOf({ role, text }: ChatMessage): number {
  const lines = text.split("\n").length + text.length / CHARACTERS_A_LINE;
  return (role === "user" ? 52 : 76) + Math.ceil(lines) * 19;
}
