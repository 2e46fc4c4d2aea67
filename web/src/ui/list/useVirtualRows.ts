import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useEffectEvent } from "react";

interface VirtualRows {
  scroller: RefObject<HTMLDivElement | null>;
  order: readonly string[];
  rowHeight: number;
  /** What sticks to the top and hides what would be below it, in pixels. */
  headHeight: number;
  hasMore: boolean;
  onMore: () => void;
}

const NEAR_END_ROWS = 60;
const OVERSCAN_ROWS = 14;

/** The rows in view and some more; further ones are asked for near the end. */
export function useVirtualRows(props: VirtualRows) {
  const { scroller, order, rowHeight, headHeight, hasMore, onMore } = props;
  const virtual = useVirtualizer({
    count: order.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => order[index] ?? index,
    overscan: OVERSCAN_ROWS,
    scrollPaddingStart: headHeight,
    scrollMargin: headHeight,
  });
  useEffect(() => virtual.measure(), [virtual, rowHeight]);

  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const loadMore = useEffectEvent(onMore);
  useEffect(() => {
    if (hasMore && last >= order.length - NEAR_END_ROWS) loadMore();
  }, [hasMore, last, order.length]);
  return {
    items: items.map(({ index, key, start }) => ({ index, key, top: start - headHeight })),
    height: virtual.getTotalSize(),
    scrollTo: (index: number) => virtual.scrollToIndex(index, { align: "auto" }),
  };
}
