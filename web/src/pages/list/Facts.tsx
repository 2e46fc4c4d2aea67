import { Fragment, type ReactNode } from "react";
import "./Facts.css";

export type Fact = readonly [name: string, value: ReactNode];

const NOTHING: readonly ReactNode[] = [null, undefined, false, ""];

/** Names and values; those without a value are left out. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="peek-facts">
      {facts
        .filter(([, value]) => !NOTHING.includes(value))
        .map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
    </dl>
  );
}
