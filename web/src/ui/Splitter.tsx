import { type KeyboardEvent, type PointerEvent, useState } from "react";
import "./Splitter.css";

interface SplitterProps {
  label: string;
  /** Share of the parent's width that the right part has, in per cent. */
  value: number;
  onChange: (value: number) => void;
}

const LEAST = 20;
const MOST = 75;
const STEP = 4;

/** The line between two parts; dragged, or moved with the arrow keys. */
export function Splitter({ label, value, onChange }: SplitterProps) {
  const [isDragged, setDragged] = useState(false);
  const set = (share: number) => onChange(Math.min(Math.max(share, LEAST), MOST));
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    const parent = event.currentTarget.parentElement;
    if (!isDragged || !parent) return;
    const { right, width } = parent.getBoundingClientRect();
    set(((right - event.clientX) / width) * 100);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    event.stopPropagation();
    set(value + (event.key === "ArrowLeft" ? STEP : -STEP));
  };
  return (
    <div
      className="splitter"
      role="separator"
      aria-label={label}
      aria-orientation="vertical"
      aria-valuenow={Math.round(value)}
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      tabIndex={0}
      data-dragged={isDragged}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDragged(true);
      }}
      onPointerMove={drag}
      onPointerUp={() => setDragged(false)}
      onKeyDown={press}
    />
  );
}
