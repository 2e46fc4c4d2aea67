import { type RefObject, useEffect, useEffectEvent } from "react";
import { useRowRange } from "../useRowRange";

interface VirtualRows {
  scroller: RefObject<HTMLDivElement | null>;
  count: number;
  rowHeight: number;
  /** What sticks to the top and hides what would be below it, in pixels. */
  headHeight: number;
  hasMore: boolean;
  onMore: () => void;
}

const NEAR_END_ROWS = 60;

/** The rows in view and some more; further ones are asked for near the end. */
export function useVirtualRows({ hasMore, onMore, ...room }: VirtualRows) {
  const range = useRowRange(room);
  const isNearEnd = range.last >= room.count - NEAR_END_ROWS;
  const loadMore = useEffectEvent(onMore);
  useEffect(() => {
    if (hasMore && isNearEnd) loadMore();
  }, [hasMore, isNearEnd, room.count]);
  return range;
}
