import type { SpanDetail } from "../../api/spans";
import { formatExact, formatMoney } from "../../model/format";
import { explainedFrom, priceLine } from "../../model/priceLines";
import { type UsageRow, usageRows, usageShares } from "../../model/usageTable";
import { Section } from "./Section";
import { UsageBar } from "./UsageBar";
import "./UsageAndCost.css";

const SOURCES: Record<string, string> = {
  provider: "as the provider reported it",
  estimated: "estimated from the text",
  inferred: "inferred from other figures",
};

/** Tokens and money by class, with where each figure came from. */
export function UsageAndCost({ span }: { span: SpanDetail }) {
  const { usage, cost } = span;
  const hasUsage = usage.input !== null || usage.output !== null || usage.total !== null;
  if (!hasUsage && cost.reported === null) {
    return <p className="usage-note">This span used no tokens of its own.</p>;
  }
  return (
    <div className="usage">
      {!span.counted && (
        <p className="usage-warning">
          Not counted in totals: a span below it, or another span with the same response id, already
          carries this usage.
        </p>
      )}
      <Section title="Tokens" note={SOURCES[usage.source] ?? ""}>
        <UsageBar shares={usageShares(usage)} />
        <table>
          <thead>
            <tr>
              <th scope="col">Class</th>
              <th scope="col">Tokens</th>
              <th scope="col">US dollars</th>
            </tr>
          </thead>
          <tbody>
            {usageRows(usage, cost).map((row, index) => (
              <Line key={index} row={row} />
            ))}
          </tbody>
        </table>
      </Section>
      <PriceNote cost={cost} />
      {cost.reported !== null && (
        <p className="usage-note">
          The sender reported <b className="number">{formatMoney(cost.reported)}</b>; totals use the
          computed cost.
        </p>
      )}
    </div>
  );
}

/** How the cost adds up, or why there is none. */
function PriceNote({ cost }: { cost: SpanDetail["cost"] }) {
  const { explained } = cost;
  if (explained === null) {
    return (
      <p className="usage-note">
        {cost.total === null
          ? "No price is known for this model."
          : `Computed with ${cost.price_version}, which is no longer the price of this model.`}
      </p>
    );
  }
  return (
    <Section title="How it adds up" note={explainedFrom(explained)}>
      {!explained.current && (
        <p className="usage-warning">
          Stored with {cost.price_version === "" ? "no price" : cost.price_version}. At the prices
          of now it costs {explained.total === null ? "an unknown sum" : `$${explained.total}`};
          re-pricing makes it so.
        </p>
      )}
      <ul className="usage-lines">
        {explained.lines.map((line) => (
          <li key={line.name} title={`$${line.amount}`}>
            {priceLine(line)}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Line({ row }: { row: UsageRow }) {
  return (
    <tr data-subset={row.isSubset} data-total={row.label === "Total"}>
      <th scope="row">{row.isSubset ? `of which ${row.label}` : row.label}</th>
      <td>{row.tokens === null ? "–" : formatExact(row.tokens)}</td>
      <td title={row.cost === null ? undefined : `$${row.cost}`}>
        {row.cost === null ? "" : formatMoney(row.cost)}
      </td>
    </tr>
  );
}
