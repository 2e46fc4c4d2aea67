import * as Popover from "@radix-ui/react-popover";
import { type SubmitEvent, useState } from "react";
import { describeRange, parseRange, PRESETS, type Range, serializeRange } from "../../model/range";
import { Icon } from "../../ui/Icon";
import { RangeEnds } from "./RangeEnds";
import "../../ui/Button.css";
import "./Menu.css";
import "./RangePicker.css";

interface RangePickerProps {
  range: Range;
  onChange: (range: Range) => void;
}

/** The time range: a preset, its two ends, or one written out. */
export function RangePicker({ range, onChange }: RangePickerProps) {
  const [isOpen, setOpen] = useState(false);
  const [draft, setDraft] = useState("");
  const meant = parseRange(draft);
  const choose = (next: Range | null) => {
    if (!next) return;
    onChange(next);
    setOpen(false);
    setDraft("");
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    choose(meant);
  };
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger className="button range-picker" title={titleOf(range)}>
        <Icon name="clock" />
        <span>{describeRange(range)}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="menu range-menu"
          align="end"
          sideOffset={4}
          aria-label="Time range"
        >
          {PRESETS.map(({ text, label }) => (
            <button
              key={text}
              type="button"
              className="menu-item"
              data-chosen={serializeRange(range) === text}
              onClick={() => choose(parseRange(text))}
            >
              {label}
              <span className="menu-note mono">{text}</span>
            </button>
          ))}
          <RangeEnds range={range} onChoose={choose} />
          <form className="range-form" onSubmit={submit}>
            <input
              aria-label="Another range"
              placeholder="90m, or 09:00..10:30"
              value={draft}
              onChange={(event) => setDraft(event.target.value)}
            />
            <p>
              {draft === ""
                ? `Times are local (${Intl.DateTimeFormat().resolvedOptions().timeZone}).`
                : meant
                  ? describeRange(meant)
                  : "Write 90m, 2d, 09:00..10:30 or 2026-11-20..2026-11-21."}
            </p>
          </form>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function titleOf(range: Range): string {
  return range.kind === "between"
    ? `${new Date(range.fromMs).toString()} to ${new Date(range.toMs).toString()}`
    : "Time range";
}
