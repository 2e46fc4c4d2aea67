import type { ReactNode } from "react";
import "./Section.css";

interface SectionProps {
  title: string;
  note?: string;
  children: ReactNode;
}

/** A titled part of the panel. */
export function Section({ title, note, children }: SectionProps) {
  return (
    <section className="panel-section">
      <h4>
        {title}
        {note !== undefined && <span>{note}</span>}
      </h4>
      {children}
    </section>
  );
}
