import { type Draft, withMessage } from "../../model/playground";
import { Button } from "../../ui/Button";
import { MessageEditor } from "./MessageEditor";
import "./RequestEditor.css";

interface RequestEditorProps {
  draft: Draft;
  onChange: (draft: Draft) => void;
}

/** The messages, tools and parameters of a request. */
export function RequestEditor({ draft, onChange }: RequestEditorProps) {
  const { messages, tools, parameters } = draft;
  const roleOfNext = messages.at(-1)?.role === "user" ? "assistant" : "user";
  return (
    <>
      <ol className="request-messages" aria-label="Messages">
        {messages.map((message, at) => (
          <MessageEditor
            key={message.key}
            draft={draft}
            message={message}
            place={at + 1}
            onChange={onChange}
          />
        ))}
      </ol>
      <Button
        icon="add"
        variant="outlined"
        className="request-add"
        onClick={() => onChange(withMessage(draft, roleOfNext))}
      >
        Add a message
      </Button>
      <JsonField
        name="Parameters"
        hint={'{"temperature": 0.2, "max_tokens": 400}'}
        text={parameters}
        onText={(text) => onChange({ ...draft, parameters: text })}
      />
      <JsonField
        name="Tools"
        hint={'[{"name": "weather", "description": "…", "parameters": {"type": "object"}}]'}
        text={tools}
        onText={(text) => onChange({ ...draft, tools: text })}
      />
    </>
  );
}

interface JsonFieldProps {
  name: string;
  hint: string;
  text: string;
  onText: (text: string) => void;
}

function JsonField({ name, hint, text, onText }: JsonFieldProps) {
  return (
    <label className="request-json">
      {name}
      <textarea
        className="mono"
        rows={Math.min(Math.max(text.split("\n").length, 2), 14)}
        placeholder={hint}
        spellCheck={false}
        value={text}
        onChange={(event) => onText(event.target.value)}
      />
    </label>
  );
}
