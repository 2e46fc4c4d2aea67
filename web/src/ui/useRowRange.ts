import {
  type RefObject,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { nextRange, type RowRange, wantedRange } from "../model/rowRange";

interface RowRoom {
  scroller: RefObject<HTMLElement | null>;
  count: number;
  rowHeight: number;
  /** What sticks to the top and hides what would be below it, in pixels. */
  headHeight?: number;
}

/** New rows drawn in one frame: more of them would hold up the scrolling. */
const ROWS_A_FRAME = 12;

/** The rows of one height that are drawn while their scroller is scrolled, and how to bring one into view. */
export function useRowRange({ scroller, count, rowHeight, headHeight = 0 }: RowRoom) {
  const [drawn, setDrawn] = useState<RowRange>(() => ({
    first: 0,
    last: Math.ceil(window.innerHeight / rowHeight),
  }));
  const frame = useRef(0);
  const height = useRef(0);

  const step = useEffectEvent(() => {
    frame.current = 0;
    const top = scroller.current?.scrollTop ?? 0;
    const view = { top, height: height.current - headHeight, rowHeight };
    setDrawn((before) => nextRange(before, wantedRange(view, count), ROWS_A_FRAME));
  });
  const look = useEffectEvent(() => {
    if (frame.current === 0) frame.current = requestAnimationFrame(() => step());
  });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onScroll = () => look();
    // Told by the observer, so that no scroll asks for the layout.
    const observer = new ResizeObserver(([entry]) => {
      height.current = entry?.contentRect.height ?? 0;
      look();
    });
    observer.observe(element);
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", onScroll);
      cancelAnimationFrame(frame.current);
      frame.current = 0;
    };
  }, [scroller]);
  // Until all that is wanted is drawn, and whenever there are other rows.
  useEffect(() => look(), [drawn, count, rowHeight]);

  const scrollTo = (index: number) => {
    const element = scroller.current;
    if (!element) return;
    const top = index * rowHeight;
    const last = top + rowHeight - (element.clientHeight - headHeight);
    if (top < element.scrollTop) element.scrollTo({ top });
    else if (last > element.scrollTop) element.scrollTo({ top: last });
  };
  return {
    first: drawn.first,
    last: Math.min(drawn.last, count),
    height: count * rowHeight,
    scrollTo,
  };
}
