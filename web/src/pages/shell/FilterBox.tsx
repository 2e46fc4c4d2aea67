import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { filterProblemQuery } from "../../api/filter";
import { completionAt, type FilterProblem } from "../../model/filter";
import type { Suggestion } from "../../model/filterFields";
import type { Range } from "../../model/range";
import { Icon } from "../../ui/Icon";
import { useHotkeys } from "../../ui/useHotkeys";
import { FilterHelp } from "./FilterHelp";
import { FilterSuggestions } from "./FilterSuggestions";
import { FilterText } from "./FilterText";
import { useFilterProblem } from "./useFilterProblem";
import { useSuggestions } from "./useSuggestions";
import "./FilterBox.css";

interface FilterBoxProps {
  project: string;
  range: Range;
  initial: string;
  /** Whether the key / leads here. */
  hasSlash: boolean;
  /** What it is called where it is not the page's. */
  label?: string;
  /** Hears every change while it is written. */
  onWrite?: (filterText: string) => void;
  onSubmit: (filterText: string) => void;
}

/** The filter as text, coloured while it is written, with fields and values to complete it. */
export function FilterBox(props: FilterBoxProps) {
  const { project, range, initial, hasSlash, label = "Filter", onWrite, onSubmit } = props;
  const [text, setText] = useState(initial);
  const [caret, setCaret] = useState(initial.length);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const [scrolled, setScrolled] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const listId = useId();
  const client = useQueryClient();
  const problem = useFilterProblem(project, text);
  const completion = isOpen ? completionAt(text, caret) : null;
  const suggestions = useSuggestions(project, range, completion);
  // What is still being completed is not wrong yet.
  const shown = suggestions.length === 0 ? problem : null;
  useHotkeys(hasSlash ? { "/": () => input.current?.focus() } : {});

  const write = (next: string, at: number) => {
    setText(next);
    setCaret(at);
    setActive(-1);
    onWrite?.(next);
  };
  const accept = (suggestion: Suggestion | undefined) => {
    if (!suggestion || !completion) return;
    const head = text.slice(0, completion.start) + suggestion.text;
    // At once: the caret must stand right before the next key is pressed.
    flushSync(() => write(head + text.slice(completion.end).trimStart(), head.length));
    input.current?.setSelectionRange(head.length, head.length);
  };
  const submit = async () => {
    setOpen(false);
    // Where nobody answers, the list will say so.
    const wrong = await client.query(filterProblemQuery(project, text)).catch(() => null);
    if (wrong) return;
    // The box is made anew: from here on the keys are the page's.
    document.querySelector("main")?.focus({ preventScroll: true });
    onSubmit(text.trim());
  };
  const move = (by: 1 | -1) => {
    const count = suggestions.length;
    const from = active < 0 && by < 0 ? 0 : active;
    if (count > 0) setActive((from + by + count) % count);
  };
  const keys: Partial<Record<string, () => void>> = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => (active >= 0 ? accept(suggestions[active]) : void submit()),
    Escape: () => (suggestions.length > 0 ? setOpen(false) : input.current?.blur()),
    // With nothing begun, Tab leaves the field as everywhere else.
    ...(suggestions.length > 0 && completion?.prefix !== ""
      ? { Tab: () => accept(suggestions[Math.max(active, 0)]) }
      : {}),
  };
  const press = (event: KeyboardEvent) => {
    const handler = event.shiftKey ? undefined : keys[event.key];
    if (!handler) return;
    event.preventDefault();
    handler();
  };

  return (
    <div className="filter-box" data-invalid={shown !== null}>
      <Icon name="search" />
      <div className="filter-field">
        <FilterText text={text} problem={shown} scrolled={scrolled} />
        <input
          ref={input}
          role="combobox"
          aria-label={label}
          aria-expanded={suggestions.length > 0}
          aria-controls={listId}
          aria-activedescendant={active >= 0 ? `${listId}-${active}` : undefined}
          aria-invalid={shown !== null}
          autoComplete="off"
          spellCheck={false}
          placeholder='Filter: status:error latency>2s "refund"'
          value={text}
          onChange={(event) => {
            write(event.target.value, event.target.selectionStart ?? event.target.value.length);
            setOpen(true);
          }}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? text.length)}
          onScroll={(event) => setScrolled(event.currentTarget.scrollLeft)}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={press}
        />
      </div>
      {text !== "" && (
        <button
          type="button"
          className="filter-clear"
          aria-label="Clear the filter"
          onClick={() => onSubmit("")}
        >
          <Icon name="close" />
        </button>
      )}
      <FilterHelp />
      <FilterSuggestions id={listId} suggestions={suggestions} active={active} onAccept={accept} />
      <Problem problem={shown} />
    </div>
  );
}

function Problem({ problem }: { problem: FilterProblem | null }) {
  if (!problem) return null;
  return (
    <p className="filter-error" role="alert">
      {problem.message}
    </p>
  );
}
