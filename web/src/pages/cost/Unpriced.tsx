import { Link } from "@tanstack/react-router";
import type { CostReport } from "../../api/cost";
import { formatCount } from "../../model/format";
import "./Unpriced.css";

const NAMED = 5;

/** Which calls are not in the cost, because nobody knows their price. */
export function Unpriced({ report, project }: { report: CostReport; project: string }) {
  const { totals, unpriced } = report;
  if (totals.unpriced_calls === 0) return null;
  const named = unpriced
    .slice(0, NAMED)
    .map(({ value, calls }) => `${value === "" ? "unknown model" : value} (${formatCount(calls)})`);
  const more = unpriced.length > NAMED ? ` and ${unpriced.length - NAMED} more` : "";
  return (
    <p className="unpriced" role="status">
      <b>
        {formatCount(totals.unpriced_calls)} of {formatCount(totals.calls)} calls have no price
      </b>{" "}
      and are not in these figures: {named.join(", ")}
      {more}.{" "}
      <Link to="/p/$project/settings/prices" params={{ project }}>
        Set prices
      </Link>
    </p>
  );
}
