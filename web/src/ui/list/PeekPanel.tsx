import type { ReactNode } from "react";
import { Button } from "../Button";
import { Splitter } from "../Splitter";
import { useStored } from "../useStored";
import "./PeekPanel.css";

interface PeekPanelProps {
  label: string;
  /** What leads to the page of what is shown. */
  link: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

/** A row in more words at the right of its list; all of the width on a phone. */
export function PeekPanel({ label, link, onClose, children }: PeekPanelProps) {
  const [width, storeWidth] = useStored("peek", "36");
  return (
    <>
      <Splitter
        label="Width of the panel"
        value={Number(width)}
        onChange={(value) => storeWidth(String(value))}
      />
      <aside className="peek" aria-label={label} style={{ flexBasis: `${Number(width)}%` }}>
        <header className="peek-head">
          <h2 className="cut" title={label}>
            {label}
          </h2>
          {link}
          <Button icon="close" aria-label="Close the panel" title="Close (Esc)" onClick={onClose} />
        </header>
        <div className="peek-body" tabIndex={0} role="region" aria-label={`About ${label}`}>
          {children}
        </div>
      </aside>
    </>
  );
}
