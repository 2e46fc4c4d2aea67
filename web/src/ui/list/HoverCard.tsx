import type { ReactNode } from "react";
import { createPortal } from "react-dom";
import "./HoverCard.css";

interface HoverCardProps {
  /** The row that it belongs to. */
  anchor: DOMRect;
  children: ReactNode;
}

/** More of a row than fits its line, below it or above it; not in the way of the pointer. */
export function HoverCard({ anchor, children }: HoverCardProps) {
  const isBelow = anchor.bottom < window.innerHeight * 0.6;
  const place = isBelow
    ? { top: anchor.bottom + 4 }
    : { bottom: window.innerHeight - anchor.top + 4 };
  return createPortal(
    <div className="hover-card" style={{ ...place, left: anchor.left + anchor.width * 0.25 }}>
      {children}
    </div>,
    document.body,
  );
}
