import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { type PriceFound, priceQuery } from "../../api/prices";
import { className } from "../../model/priceForm";
import { formatRate } from "../../model/priceLines";
import { DataTable } from "../../ui/DataTable";
import "../../ui/Fields.css";
import "./TryName.css";

const COLUMNS = [{ name: "Class", type: "words" }, { name: "Price" }] as const;

/** Which entry prices a name, and why. */
export function TryName({ project }: { project: string }) {
  const [model, setModel] = useState("");
  const [provider, setProvider] = useState("");
  const asked = useDeferredValue(model.trim());
  const { data, error } = useQuery(priceQuery(project, asked, useDeferredValue(provider.trim())));
  return (
    <section className="try-name">
      <h2>Try a name</h2>
      <div className="try-name-asked fields">
        <label>
          Model
          <input
            className="mono"
            value={model}
            placeholder="us.anthropic.claude-sonnet-4-5-20250929-v1:0"
            maxLength={200}
            onChange={(event) => setModel(event.target.value)}
          />
        </label>
        <label>
          Provider
          <input
            value={provider}
            placeholder="unknown"
            maxLength={200}
            onChange={(event) => setProvider(event.target.value)}
          />
        </label>
      </div>
      {error && <p role="alert">{error.message}</p>}
      {asked !== "" && data && <Answer found={data} />}
    </section>
  );
}

function Answer({ found }: { found: PriceFound }) {
  return (
    <div role="status">
      <p>{found.why}</p>
      {found.since !== null && (
        <p className="prices-note">These prices hold since {found.since}.</p>
      )}
      {found.passed_over.map(({ entry, why }) => (
        <p key={entry.id} className="prices-note">
          Not the entry <span className="mono">{entry.model}</span>: {why}.
        </p>
      ))}
      {found.prices.length > 0 && (
        <DataTable label="Prices of this model" columns={COLUMNS}>
          {found.prices.map((price) => (
            <tr key={price.name}>
              <th scope="row" className="words">
                {className(price.name)}
              </th>
              <td>
                {formatRate(price.unit_price, price.per)}
                {price.tiers.map((tier) => (
                  <div key={tier.above_tokens} className="none">
                    {formatRate(tier.unit_price, price.per)} above{" "}
                    {tier.above_tokens.toLocaleString("en-US")} input tokens
                  </div>
                ))}
              </td>
            </tr>
          ))}
        </DataTable>
      )}
    </div>
  );
}
