import { useEffect, useRef, useState } from "react";
import { Button } from "../../ui/Button";
import "../../ui/Fields.css";

interface PromptToolsProps {
  words: string;
  tag: string;
  /** Of all prompts of the project. */
  tags: readonly string[];
  onChange: (next: { words?: string; tag?: string; page: string }) => void;
  /** Null for who may not. */
  onAdd: (() => void) | null;
}

/** After the last key: what is half written is not asked for. */
const WRITE_MS = 250;

/** Search, the filter by a tag, and the button that begins a new prompt. */
export function PromptTools({ words, tag, tags, onChange, onAdd }: PromptToolsProps) {
  return (
    <div className="prompt-tools fields">
      <Search key={words === "" ? "none" : "some"} words={words} onChange={onChange} />
      {(tags.length > 0 || tag !== "") && (
        <select
          aria-label="Tag"
          value={tag}
          onChange={(event) => onChange({ tag: event.target.value, page: "" })}
        >
          <option value="">Every tag</option>
          {[...new Set([...tags, ...(tag === "" ? [] : [tag])])].map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      )}
      {onAdd && (
        <Button icon="add" variant="primary" onClick={onAdd}>
          New prompt
        </Button>
      )}
    </div>
  );
}

type SearchProps = Pick<PromptToolsProps, "words" | "onChange">;

function Search({ words, onChange }: SearchProps) {
  const [text, setText] = useState(words);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <input
      type="search"
      aria-label="Search prompts"
      placeholder="Search names and tags"
      value={text}
      onChange={(event) => {
        const { value } = event.target;
        setText(value);
        clearTimeout(timer.current);
        timer.current = window.setTimeout(
          () => onChange({ words: value.trim(), page: "" }),
          WRITE_MS,
        );
      }}
    />
  );
}
