import type { ReactNode } from "react";
import { PeekPanel } from "../../ui/list/PeekPanel";
import { Waiting } from "../../ui/Waiting";

interface PeekProps<R> {
  id: string;
  /** The row and how the question for it went. */
  found: { row: R | undefined; isMissing: boolean; error: Error | null };
  nameOf: (row: R) => string;
  link: ReactNode;
  onClose: () => void;
  children: (row: R) => ReactNode;
}

/** The panel beside a list, once its row is known. */
export function Peek<R>({ id, found, nameOf, link, onClose, children }: PeekProps<R>) {
  const { row, isMissing, error } = found;
  return (
    <PeekPanel label={row ? nameOf(row) : id} link={link} onClose={onClose}>
      {row ? (
        children(row)
      ) : error !== null ? (
        <p role="alert">{error.message}</p>
      ) : isMissing ? (
        <p>There is nothing by this id any more.</p>
      ) : (
        <Waiting rows={8} />
      )}
    </PeekPanel>
  );
}
