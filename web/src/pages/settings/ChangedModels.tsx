import type { Repricing } from "../../api/prices";
import { DataTable } from "../../ui/DataTable";
import { Money } from "../../ui/Money";

const COLUMNS = [
  { name: "Model", type: "words" },
  { name: "Provider", type: "words" },
  { name: "Spans", hint: "With usage, in these days" },
  { name: "Change", hint: "Spans that cost something else" },
  { name: "Had no cost", hint: "Of those that change" },
  { name: "Before", hint: "All that the model's spans cost in these days" },
  { name: "After" },
] as const;

/** What changes, model by model. */
export function ChangedModels({ models }: { models: Repricing["models"] }) {
  return (
    <DataTable label="Changed models" columns={COLUMNS}>
      {models.map((one) => (
        <tr key={`${one.provider} ${one.model}`}>
          <th scope="row" className="words mono price-model" title={one.model}>
            {one.model === "" ? <span className="none">others</span> : one.model}
          </th>
          <td className="words">{one.provider}</td>
          <td>{one.spans}</td>
          <td>{one.changed}</td>
          <td>{one.gained}</td>
          <td>
            <Money dollars={one.old_total} />
          </td>
          <td>
            <Money dollars={one.new_total} />
          </td>
        </tr>
      ))}
    </DataTable>
  );
}
