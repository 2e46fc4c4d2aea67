import { useEffect } from "react";

/** More could not be read, and would cost time at each change of the page. */
const MOST_MARKS = 1000;
const MOST_CHARACTERS = 300_000;

/** Marks what the pattern finds in the texts of the page; its elements stay as they are. The name is one of base.css. */
export function useHighlight(name: "found" | "sought", pattern: RegExp | null): void {
  useEffect(() => {
    const page = document.querySelector("main");
    if (!page || !pattern || !("highlights" in CSS)) return;
    let frame = 0;
    const mark = () => {
      frame = 0;
      CSS.highlights.set(name, new Highlight(...rangesIn(page, pattern)));
    };
    const later = () => {
      if (frame === 0) frame = requestAnimationFrame(mark);
    };
    const observer = new MutationObserver(later);
    observer.observe(page, { subtree: true, childList: true, characterData: true });
    later();
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
      CSS.highlights.delete(name);
    };
  }, [name, pattern]);
}

function rangesIn(page: Element, pattern: RegExp): Range[] {
  const everywhere = new RegExp(pattern, `${pattern.flags}g`);
  const ranges: Range[] = [];
  const texts = document.createTreeWalker(page, NodeFilter.SHOW_TEXT);
  let read = 0;
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const text = node.nodeValue ?? "";
    read += text.length;
    if (read > MOST_CHARACTERS) return ranges;
    for (const { index, 0: found } of text.matchAll(everywhere)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + found.length);
      ranges.push(range);
      if (ranges.length === MOST_MARKS) return ranges;
    }
  }
  return ranges;
}
