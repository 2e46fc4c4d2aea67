import { balanceOf, type Counts, verdict } from "../../model/delivery";
import { formatExact } from "../../model/format";
import { Icon } from "../../ui/Icon";
import "./Equation.css";

/** What was received and what it became, as an equation; whether it holds stands before it. */
export function Equation({ totals }: { totals: Counts }) {
  const balance = balanceOf(totals);
  const holds = balance.difference === 0;
  return (
    <section className="equation" aria-label="The numbers">
      <h2 data-holds={holds}>
        <Icon name={holds ? "check" : "close"} />
        {verdict(balance)}
      </h2>
      <dl>
        {balance.terms.map(({ name, hint, count, tone }, place) => (
          <div key={name} title={hint} data-sign={SIGNS[place] ?? "+"} data-tone={tone}>
            <dt>{name}</dt>
            <dd className="number">{formatExact(count)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const SIGNS = ["", "="];
