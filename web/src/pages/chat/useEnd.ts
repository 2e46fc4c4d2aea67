import { type RefObject, useEffect, useEffectEvent, useRef, useState } from "react";

/** So near to the end, in pixels, is at the end. */
const NEAR = 24;

/** Keeps a scroller at its end while its content grows, as long as the reader is there. */
export function useEnd(scroller: RefObject<HTMLElement | null>) {
  const [isThere, setThere] = useState(true);
  const wants = useRef(true);
  const go = () => scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  const stay = useEffectEvent(() => {
    if (wants.current) go();
  });
  const look = useEffectEvent(() => {
    const element = scroller.current;
    if (!element) return;
    const { scrollHeight, scrollTop, clientHeight } = element;
    wants.current = scrollHeight - scrollTop - clientHeight <= NEAR;
    setThere(wants.current);
  });
  useEffect(() => {
    const element = scroller.current;
    const content = element?.firstElementChild;
    if (!element || !content) return;
    const onScroll = () => look();
    const sizes = new ResizeObserver(() => stay());
    sizes.observe(element);
    sizes.observe(content);
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener("scroll", onScroll);
    };
  }, [scroller]);
  return {
    isThere,
    goThere: () => {
      wants.current = true;
      setThere(true);
      go();
    },
  };
}
