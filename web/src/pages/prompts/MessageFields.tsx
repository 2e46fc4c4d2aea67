import { movedMessage } from "../../model/promptDraft";
import { type PlainMessage, ROLES } from "../../model/promptText";
import { Button } from "../../ui/Button";
import "./MessageFields.css";

interface MessageFieldsProps {
  messages: readonly PlainMessage[];
  onChange: (messages: PlainMessage[]) => void;
}

/** The messages of a chat prompt, each with who speaks it. */
export function MessageFields({ messages, onChange }: MessageFieldsProps) {
  const set = (at: number, part: Partial<PlainMessage>) =>
    onChange(messages.map((one, place) => (place === at ? { ...one, ...part } : one)));
  return (
    <div className="message-fields">
      <ol>
        {messages.map((message, at) => (
          <li key={at}>
            <Tools
              at={at}
              message={message}
              count={messages.length}
              onRole={(role) => set(at, { role })}
              onMove={(step) => onChange(movedMessage(messages, at, step))}
              onRemove={() => onChange(messages.filter((_, place) => place !== at))}
            />
            <textarea
              aria-label={`Message ${at + 1}`}
              rows={3}
              dir="auto"
              value={message.content}
              onChange={(event) => set(at, { content: event.target.value })}
            />
          </li>
        ))}
      </ol>
      <Button
        icon="add"
        variant="outlined"
        onClick={() => onChange([...messages, { role: nextRole(messages), content: "" }])}
      >
        Add a message
      </Button>
    </div>
  );
}

interface ToolsProps {
  at: number;
  message: PlainMessage;
  count: number;
  onRole: (role: string) => void;
  onMove: (step: -1 | 1) => void;
  onRemove: () => void;
}

function Tools({ at, message, count, onRole, onMove, onRemove }: ToolsProps) {
  const number = at + 1;
  return (
    <div className="message-tools">
      <select
        aria-label={`Role of message ${number}`}
        value={message.role}
        onChange={(event) => onRole(event.target.value)}
      >
        {[...new Set([...ROLES, message.role])].map((role) => (
          <option key={role} value={role}>
            {role}
          </option>
        ))}
      </select>
      <Button
        icon="up"
        aria-label={`Move message ${number} up`}
        title="Up"
        disabled={at === 0}
        onClick={() => onMove(-1)}
      />
      <Button
        icon="dropped"
        aria-label={`Move message ${number} down`}
        title="Down"
        disabled={number === count}
        onClick={() => onMove(1)}
      />
      <Button
        icon="trash"
        aria-label={`Remove message ${number}`}
        title="Remove"
        onClick={onRemove}
      />
    </div>
  );
}

function nextRole(messages: readonly PlainMessage[]): string {
  return messages.at(-1)?.role === "user" ? "assistant" : "user";
}
