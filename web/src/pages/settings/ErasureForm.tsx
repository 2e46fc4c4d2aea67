import type { ErasureBy, Subject } from "../../api/removals";
import { Button } from "../../ui/Button";

const KINDS: readonly (readonly [ErasureBy, string])[] = [
  ["user", "User"],
  ["customer", "Customer"],
  ["session", "Session"],
  ["trace", "Trace"],
  ["text", "Text anywhere"],
];

interface ErasureFormProps {
  subject: Subject;
  onChange: (subject: Subject) => void;
  isIdle: boolean;
  onPreview: () => void;
  onErase: () => void;
}

/** Asks whom or what an erasure is about. */
export function ErasureForm({ subject, onChange, isIdle, onPreview, onErase }: ErasureFormProps) {
  const canMention = subject.by !== "text" && subject.by !== "trace";
  return (
    <form
      className="removal-form"
      onSubmit={(event) => {
        event.preventDefault();
        onPreview();
      }}
    >
      <label>
        What
        <select
          value={subject.by}
          onChange={(event) => {
            const by = KINDS.find(([kind]) => kind === event.target.value)?.[0] ?? "user";
            onChange({ ...subject, by, mentions: false });
          }}
        >
          {KINDS.map(([kind, name]) => (
            <option key={kind} value={kind}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label className="wide">
        {subject.by === "text" ? "Text, in any case" : "Id, as it was sent"}
        <input
          className="mono"
          maxLength={1000}
          value={subject.value}
          onChange={(event) => onChange({ ...subject, value: event.target.value })}
        />
      </label>
      {canMention && (
        <label className="check" title="Other people's traces that say the id in a text, too">
          <input
            type="checkbox"
            checked={subject.mentions}
            onChange={(event) => onChange({ ...subject, mentions: event.target.checked })}
          />
          also what only mentions it
        </label>
      )}
      <Button type="submit" variant="outlined" disabled={!isIdle}>
        Preview
      </Button>
      <Button variant="outlined" disabled={!isIdle} onClick={onErase}>
        Erase…
      </Button>
    </form>
  );
}
