import { type ClipboardEvent, type DragEvent, type KeyboardEvent, useRef, useState } from "react";
import type { SentAttachment } from "../../api/chat";
import { sentOf } from "../../model/attachments";
import type { ModelChoice } from "../../model/modelChoice";
import { Button } from "../../ui/Button";
import { AttachmentChips } from "./AttachmentChips";
import { ModelPicker } from "./ModelPicker";
import { RedactionBadge } from "./RedactionBadge";
import { useAttachments } from "./useAttachments";
import "./Composer.css";

interface ComposerProps {
  project: string;
  choice: ModelChoice | null;
  onChoose: (choice: ModelChoice) => void;
  /** Gives whether it was taken; then the field is emptied. */
  onSend: (text: string, attachments: SentAttachment[]) => Promise<boolean>;
  /** Stops the answer that comes; null while none does. */
  onStop: (() => void) | null;
  isSending: boolean;
  areSettingsOpen: boolean;
  onSettings: () => void;
}

const MAX_LENGTH = 200_000;

/** Where a question is written: Enter sends it, Shift and Enter begin a line, Esc stops the answer. */
export function Composer(props: ComposerProps) {
  const { project, choice, onSend, onStop, isSending } = props;
  const [text, setText] = useState("");
  const [isOver, setOver] = useState(false);
  const files = useAttachments(project);
  const isEmpty = text.trim() === "" && sentOf(files.attached).length === 0;
  const isReady = !isEmpty && choice !== null && !isSending && onStop === null && !files.isReading;
  const send = async () => {
    if (!isReady) return;
    if (!(await onSend(text.trim(), sentOf(files.attached)))) return;
    setText("");
    files.clear();
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Escape" && onStop) onStop();
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };
  const paste = (event: ClipboardEvent) => {
    const pasted = [...event.clipboardData.files];
    if (pasted.length === 0) return;
    event.preventDefault();
    files.add(pasted);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    files.add([...event.dataTransfer.files]);
  };
  const textOfAll = [text, ...files.attached.map((one) => one.text ?? "")].join("\n");
  return (
    <form
      className="composer"
      aria-label="Question"
      data-over={isOver}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <AttachmentChips project={project} attached={files.attached} onDrop={files.drop} />
      <textarea
        aria-label="Message"
        placeholder="Ask a model"
        dir="auto"
        rows={2}
        autoFocus
        maxLength={MAX_LENGTH}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={press}
        onPaste={paste}
      />
      <footer>
        <AttachButton onFiles={files.add} />
        <Button
          icon="settings"
          aria-label="System prompt and parameters"
          title="System prompt and parameters"
          aria-expanded={props.areSettingsOpen}
          onClick={props.onSettings}
        />
        <ModelPicker choice={choice} onChoose={props.onChoose} />
        <RedactionBadge project={project} text={textOfAll} />
        <span className="composer-end">
          {onStop ? (
            <Button icon="stop" variant="outlined" title="Esc" onClick={onStop}>
              Stop
            </Button>
          ) : (
            <Button icon="up" type="submit" variant="primary" title="Enter" disabled={!isReady}>
              Send
            </Button>
          )}
        </span>
      </footer>
    </form>
  );
}

function AttachButton({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        aria-label="Files to attach"
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
      <Button
        icon="attach"
        aria-label="Attach images or text files"
        title="Attach images or text files"
        onClick={() => input.current?.click()}
      />
    </>
  );
}
