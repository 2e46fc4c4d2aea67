import { formatExact, formatShare } from "../../model/format";
import type { UsageShare } from "../../model/usageTable";
import "./UsageBar.css";

/** What the tokens of a call were, as shares of one bar. */
export function UsageBar({ shares }: { shares: readonly UsageShare[] }) {
  if (shares.length === 0) return null;
  return (
    <figure className="usage-bar">
      <div aria-hidden="true">
        {shares.map(({ label, share }) => (
          <i key={label} data-part={label} style={{ flexGrow: share }} />
        ))}
      </div>
      <figcaption>
        {shares.map(({ label, tokens, share }) => (
          <span key={label} data-part={label} title={`${formatExact(tokens)} tokens`}>
            <i aria-hidden="true" />
            {formatShare(share)} {label}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
