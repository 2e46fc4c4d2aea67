import type { ReactNode } from "react";
import "./Tab.css";

interface TabProps {
  title: string;
  /** What this is about, in a sentence or two. */
  note: ReactNode;
  /** The button that adds one; nobody sees it who may not. */
  action?: ReactNode;
  children: ReactNode;
}

/** What is under one tab of the settings. */
export function Tab({ title, note, action, children }: TabProps) {
  return (
    <section className="settings-tab" aria-label={title}>
      <header>
        <div>
          <h2>{title}</h2>
          <p>{note}</p>
        </div>
        {action}
      </header>
      {children}
    </section>
  );
}
