import type { ReactNode } from "react";
import { Section } from "./Section";
import "./FactList.css";

export type Fact = readonly [name: string, value: ReactNode];

/** Names and values; empty values are left out, and a list without any disappears. */
export function FactList({ title, facts }: { title: string; facts: readonly Fact[] }) {
  const known = facts.filter(([, value]) => value !== "");
  if (known.length === 0) return null;
  return (
    <Section title={title}>
      <dl className="facts">
        {known.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
