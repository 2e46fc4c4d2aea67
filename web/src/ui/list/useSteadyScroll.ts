import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";

/** Keeps the rows in view where they are while others are put on top of them; counts those. */
export function useSteadyScroll(
  scroller: RefObject<HTMLDivElement | null>,
  added: number,
  rowHeight: number,
) {
  const before = useRef(added);
  const [unseen, setUnseen] = useState(0);
  useLayoutEffect(() => {
    const fresh = added - before.current;
    before.current = added;
    const element = scroller.current;
    if (fresh <= 0 || !element || element.scrollTop === 0) return;
    element.scrollBy(0, fresh * rowHeight);
    setUnseen((count) => count + fresh);
  }, [added, rowHeight, scroller]);
  useEffect(() => {
    const element = scroller.current;
    const look = () => {
      if (element?.scrollTop === 0) setUnseen(0);
    };
    element?.addEventListener("scroll", look, { passive: true });
    return () => element?.removeEventListener("scroll", look);
  }, [scroller]);
  return { unseen, toTop: () => scroller.current?.scrollTo({ top: 0 }) };
}
