import { type MouseEvent, type PointerEvent, useEffect, useRef, useState } from "react";

interface RowMouse {
  order: readonly string[];
  onPick: (id: string) => void;
  onToggle: (id: string) => void;
  onRange: (id: string) => void;
  onOpen: (id: string) => void;
}

/** How long a pointer rests before it is shown more. */
const REST_MS = 400;

interface Resting {
  id: string;
  box: DOMRect;
}

/** What the pointer does to rows: one set of listeners for all of them. */
export function useRowMouse({ order, onPick, onToggle, onRange, onOpen }: RowMouse) {
  const [hovered, setHovered] = useState<string | null>(null);
  const [resting, setResting] = useState<Resting | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const rest = (next: Resting | null) => {
    clearTimeout(timer.current);
    setResting(null);
    if (next) timer.current = setTimeout(() => setResting(next), REST_MS);
  };
  const idAt = (target: EventTarget) => order[Number(rowOf(target)?.dataset.row ?? -1)] ?? null;
  const restingAt = (target: EventTarget): Resting | null => {
    const id = idAt(target);
    const box = rowOf(target)?.getBoundingClientRect();
    return id !== null && box ? { id, box } : null;
  };
  const move = (event: PointerEvent) => {
    if (event.pointerType !== "mouse") return;
    const id = idAt(event.target);
    const isPreview = within(event.target, "[data-column=preview]");
    if (id !== hovered) setHovered(id);
    if (!isPreview) rest(null);
    else if (id !== resting?.id) rest(restingAt(event.target));
  };
  const leave = () => {
    setHovered(null);
    rest(null);
  };
  // Before the links of the row hear of it: a plain click looks, a click with a key does as ever.
  const click = (event: MouseEvent) => {
    const id = idAt(event.target);
    const isKeyed = event.metaKey || event.ctrlKey || event.altKey;
    if (id === null || isKeyed || within(event.target, "[data-action]")) return;
    event.preventDefault();
    // A click without a pointer is Enter on the link of the row.
    if (event.detail === 0) onOpen(id);
    else if (event.shiftKey) onRange(id);
    else if (within(event.target, "[data-pick]")) onToggle(id);
    else onPick(id);
    rest(null);
  };
  return {
    hovered,
    resting,
    handlers: {
      onPointerMove: move,
      onPointerLeave: leave,
      onWheel: () => rest(null),
      onClickCapture: click,
      onDoubleClick: ({ target }: MouseEvent) => {
        const id = idAt(target);
        if (id !== null && !within(target, "[data-action]")) onOpen(id);
      },
    },
  };
}

function rowOf(target: EventTarget): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-row]") : null;
}

function within(target: EventTarget, selector: string): boolean {
  return target instanceof Element && target.closest(selector) !== null;
}
