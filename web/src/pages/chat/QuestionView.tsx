import { memo, useState } from "react";
import { type ChatAttachment, type ChatMessage, imageUrl } from "../../api/chat";
import type { Step } from "../../model/conversationTree";
import { counted } from "../../model/format";
import { Button } from "../../ui/Button";
import { CodeBlock } from "../../ui/CodeBlock";
import { CopyButton } from "../../ui/CopyButton";
import type { ChatActions } from "./chatActions";
import { SiblingSwitch } from "./SiblingSwitch";
import "./MessageView.css";
import "./QuestionView.css";

interface QuestionViewProps {
  project: string;
  step: Step<ChatMessage>;
  actions: ChatActions;
}

/** What was asked; it can be asked in other words, which begins a branch beside it. */
export const QuestionView = memo(function QuestionView(props: QuestionViewProps) {
  const { project, step, actions } = props;
  const { message } = step;
  const [isEdited, setEdited] = useState(false);
  return (
    <article className="message question" aria-label="Question">
      {message.attachments.map((one, at) => (
        <Attached key={at} project={project} attachment={one} />
      ))}
      {isEdited ? (
        <Editor
          text={message.text}
          onDone={(text) => {
            setEdited(false);
            if (text !== null) actions.edit(message, text);
          }}
        />
      ) : (
        message.text !== "" && (
          <p className="question-text" dir="auto">
            {message.text}
          </p>
        )
      )}
      {!isEdited && (
        <footer className="message-foot">
          <SiblingSwitch step={step} what="question" onShow={actions.show} />
          <span className="message-tools">
            <Button
              icon="edit"
              aria-label="Edit the question"
              title="Edit and ask again"
              disabled={actions.isBusy}
              onClick={() => setEdited(true)}
            />
            <CopyButton text={message.text} what="question" />
          </span>
        </footer>
      )}
    </article>
  );
});

function Attached({ project, attachment }: { project: string; attachment: ChatAttachment }) {
  const { kind, name, media_id: mediaId, text } = attachment;
  if (kind === "image" && mediaId !== null) {
    return (
      <img
        className="question-image"
        src={imageUrl(project, mediaId)}
        alt={name === "" ? "Attached" : name}
        role="img"
      />
    );
  }
  return (
    <details className="question-file">
      <summary>
        <span className="cut">{name}</span>
        <span className="unit">{counted(text?.length ?? 0, "character")}</span>
      </summary>
      <CodeBlock code={text ?? ""} wrap />
    </details>
  );
}

/** Hears the new words, null when nothing changes. */
function Editor({ text, onDone }: { text: string; onDone: (text: string | null) => void }) {
  const [draft, setDraft] = useState(text);
  const isSame = draft.trim() === "" || draft === text;
  return (
    <form
      className="question-editor"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isSame) onDone(draft);
      }}
    >
      <textarea
        aria-label="Question"
        dir="auto"
        autoFocus
        rows={Math.min(draft.split("\n").length + 1, 12)}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            event.stopPropagation();
            onDone(null);
          }
          if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
            event.preventDefault();
            if (!isSame) onDone(draft);
          }
        }}
      />
      <footer>
        <Button onClick={() => onDone(null)}>Cancel</Button>
        <Button type="submit" variant="primary" disabled={isSame}>
          Ask again
        </Button>
      </footer>
    </form>
  );
}
