import { type RefObject, useCallback, useEffect, useEffectEvent, useRef, useState } from "react";
import type { RowHeights } from "../model/rowHeights";

interface MeasuredRows {
  scroller: RefObject<HTMLElement | null>;
  heights: RowHeights;
  /** Of the rows so many from the first are there. */
  count: number;
  /** What holds the rows, where something stands above it in the scroller: its offset parent is the scroller. */
  room?: RefObject<HTMLElement | null>;
}

/** Rows before and after those in view. */
const OVERSCAN = 3;

/**
 * The rows that are drawn while their scroller is scrolled, of heights that are known once they are drawn: one after the
 * other, below an empty `top`. What is above the view and turns out higher does not move what is in it.
 */
export function useMeasuredRows({ scroller, heights, count, room }: MeasuredRows) {
  const [range, setRange] = useState({ first: 0, last: 12 });
  const [, setMeasured] = useState(0);
  const frame = useRef(0);
  const elements = useRef(new Map<number, Element>());
  const observer = useRef<ResizeObserver>(null);

  const offset = () => room?.current?.offsetTop ?? 0;
  const step = useEffectEvent(() => {
    frame.current = 0;
    const element = scroller.current;
    if (!element) return;
    const top = element.scrollTop - offset();
    const first = Math.max(heights.at(top) - OVERSCAN, 0);
    const last = heights.at(top + element.clientHeight) + 1 + OVERSCAN;
    setRange((before) =>
      before.first === first && before.last === last ? before : { first, last },
    );
  });
  const look = useEffectEvent(() => {
    if (frame.current === 0) frame.current = requestAnimationFrame(() => step());
  });
  const measure = useEffectEvent((entries: readonly ResizeObserverEntry[]) => {
    const element = scroller.current;
    if (!element) return;
    let [moved, changed] = [0, 0];
    for (const { target, borderBoxSize } of entries) {
      const index = Number(target.getAttribute("data-index"));
      const height = borderBoxSize[0]?.blockSize ?? 0;
      if (height === 0 || height === heights.heightOf(index)) continue;
      const isAbove = heights.topOf(index + 1) <= element.scrollTop - offset() + moved;
      const by = heights.set(index, height);
      changed += 1;
      if (isAbove) moved += by;
    }
    if (moved !== 0) element.scrollBy({ top: moved });
    if (changed === 0) return;
    setMeasured((before) => before + 1);
    look();
  });
  // Not a layout effect: the scroller may be drawn by whoever draws the rows' component.
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const known = elements.current;
    const onScroll = () => look();
    const ofView = new ResizeObserver(() => look());
    const ofRows = new ResizeObserver((entries) => measure(entries));
    observer.current = ofRows;
    for (const row of known.values()) ofRows.observe(row);
    ofView.observe(element);
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      ofRows.disconnect();
      ofView.disconnect();
      element.removeEventListener("scroll", onScroll);
      cancelAnimationFrame(frame.current);
      frame.current = 0;
    };
  }, [scroller]);
  useEffect(() => look(), [heights, count]);

  /** The `ref` of each row, which has a `data-index`. */
  const row = useCallback((element: HTMLElement | null) => {
    if (!element) return;
    const index = Number(element.getAttribute("data-index"));
    elements.current.set(index, element);
    observer.current?.observe(element);
    return () => {
      elements.current.delete(index);
      observer.current?.unobserve(element);
    };
  }, []);
  const last = Math.min(range.last, count);
  const first = Math.min(range.first, Math.max(last - 1, 0));
  return {
    first,
    last,
    /** Of all rows, and of those before the first that is drawn. */
    height: heights.topOf(count),
    top: heights.topOf(first),
    row,
    isSeen: (index: number) => {
      const { scrollTop = 0, clientHeight = 0 } = scroller.current ?? {};
      const top = heights.topOf(index) + offset();
      return top >= scrollTop - 1 && top + heights.heightOf(index) <= scrollTop + clientHeight;
    },
    scrollTo: (index: number) =>
      scroller.current?.scrollTo({ top: heights.topOf(index) + offset() }),
  };
}
