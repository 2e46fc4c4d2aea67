import type { SessionRow, UserRow } from "../../api/rows";
import { formatExact, formatShare } from "../../model/format";
import { Age } from "../../ui/Age";
import { Money } from "../../ui/Money";
import { Tokens } from "../../ui/Tokens";
import { type Fact, Facts } from "./Facts";

type Totals = Pick<SessionRow & UserRow, keyof SessionRow & keyof UserRow>;

interface TotalFactsProps {
  row: Totals;
  /** What stands before the totals. */
  facts: readonly Fact[];
}

/** What the traces of a session or a user add up to. */
export function TotalFacts({ row, facts }: TotalFactsProps) {
  const isUsed = row.input_tokens !== null || row.output_tokens !== null;
  return (
    <Facts
      facts={[
        ...facts,
        ["Traces", formatExact(row.traces)],
        ["Failed", row.errors > 0 && `${formatExact(row.errors)} (${formatShare(row.error_rate)})`],
        [
          "Tokens",
          isUsed && (
            <Tokens key="t" input={row.input_tokens} output={row.output_tokens} hasOutput />
          ),
        ],
        ["Cost", row.total_cost && <Money key="cost" dollars={row.total_cost} />],
        ["Unpriced", row.unpriced_count > 0 && `${formatExact(row.unpriced_count)} calls`],
        ["First seen", <Age key="first" time={row.first_seen} ago />],
        ["Last seen", <Age key="last" time={row.last_seen} ago />],
        ["Models", row.models.join(", ")],
        ["Services", row.services.join(", ")],
      ]}
    />
  );
}
