import {
  changedMessage,
  type Draft,
  type DraftMessage,
  type DraftPart,
  movedMessage,
  ROLES,
  withoutMessage,
  withPart,
} from "../../model/playground";
import { Button } from "../../ui/Button";
import "./MessageEditor.css";

interface MessageEditorProps {
  draft: Draft;
  message: DraftMessage;
  /** From one. */
  place: number;
  onChange: (draft: Draft) => void;
}

/** A message: its role, its parts, and its place among the others. */
export function MessageEditor({ draft, message, place, onChange }: MessageEditorProps) {
  const { key, role, parts } = message;
  const name = `message ${place}`;
  const change = (part: Partial<DraftMessage>) =>
    onChange(changedMessage(draft, key, (before) => ({ ...before, ...part })));
  const setPart = (part: DraftPart, text: string) =>
    change({ parts: parts.map((one) => (one.key === part.key ? { ...one, text } : one)) });
  return (
    <li className="message-editor">
      <header>
        <RoleField role={role} name={name} onRole={(next) => change({ role: next })} />
        <Button
          icon="up"
          aria-label={`Move ${name} up`}
          disabled={place === 1}
          onClick={() => onChange(movedMessage(draft, key, -1))}
        />
        <Button
          icon="dropped"
          aria-label={`Move ${name} down`}
          disabled={place === draft.messages.length}
          onClick={() => onChange(movedMessage(draft, key, 1))}
        />
        <Button
          icon="add"
          aria-label={`Add a part to ${name}`}
          title="Add a text"
          onClick={() => onChange(withPart(draft, key, true))}
        />
        <Button
          aria-label={`Add a part as JSON to ${name}`}
          title="Add a part as JSON: a tool call, its result"
          className="mono"
          onClick={() => onChange(withPart(draft, key, false))}
        >
          {"{}"}
        </Button>
        <Button
          icon="trash"
          aria-label={`Remove ${name}`}
          onClick={() => onChange(withoutMessage(draft, key))}
        />
      </header>
      {parts.map((part, at) => (
        <div key={part.key} className="message-editor-part">
          <textarea
            aria-label={`Part ${at + 1} of ${name}${part.isText ? "" : ", as JSON"}`}
            className={part.isText ? "" : "mono"}
            dir={part.isText ? "auto" : "ltr"}
            spellCheck={part.isText}
            rows={Math.min(Math.max(rowsOf(part.text), 2), 16)}
            value={part.text}
            onChange={(event) => setPart(part, event.target.value)}
          />
          {parts.length > 1 && (
            <Button
              icon="close"
              aria-label={`Remove part ${at + 1} of ${name}`}
              onClick={() => change({ parts: parts.filter((one) => one.key !== part.key) })}
            />
          )}
        </div>
      ))}
    </li>
  );
}

const CHARACTERS_A_ROW = 58;

function rowsOf(text: string): number {
  return text
    .split("\n")
    .reduce((rows, line) => rows + Math.max(Math.ceil(line.length / CHARACTERS_A_ROW), 1), 0);
}

interface RoleFieldProps {
  role: string;
  name: string;
  onRole: (role: string) => void;
}

function RoleField({ role, name, onRole }: RoleFieldProps) {
  const roles: readonly string[] = ROLES;
  return (
    <select
      aria-label={`Role of ${name}`}
      value={role}
      onChange={(event) => onRole(event.target.value)}
    >
      {(roles.includes(role) ? roles : [role, ...roles]).map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  );
}
