import type { ModelRow } from "../../api/overview";
import { narrow } from "../../model/narrow";
import { quoted } from "../../model/filter";
import { formatCount, formatExact, formatShare } from "../../model/format";
import { DataTable } from "../../ui/DataTable";
import { Duration } from "../../ui/Duration";
import { Money } from "../../ui/Money";
import type { View } from "../shell/useView";
import "./ModelTable.css";

const COLUMNS = [
  { name: "Model", type: "words" },
  { name: "Provider", type: "words" },
  { name: "Calls" },
  { name: "Failed" },
  { name: "p50" },
  { name: "p95" },
  { name: "Input" },
  { name: "Output" },
  { name: "Cost" },
  { name: "Share of cost" },
] as const;

/** What each model did in the window, the dearest first. */
export function ModelTable({ models, view }: { models: readonly ModelRow[]; view: View }) {
  const byCost = models.toSorted((a, b) => Number(b.cost) - Number(a.cost) || b.calls - a.calls);
  const total = models.reduce((sum, { cost }) => sum + Number(cost), 0);
  return (
    <section className="model-table">
      <h2>Models</h2>
      <DataTable label="Models" columns={COLUMNS}>
        {byCost.map((row) => (
          <Row
            key={`${row.provider} ${row.model}`}
            row={row}
            share={total > 0 ? Number(row.cost) / total : 0}
            onOpen={() => view.showTraces(narrow(view.filterText, `model:${quoted(row.model)}`))}
          />
        ))}
      </DataTable>
    </section>
  );
}

function Row({ row, share, onOpen }: { row: ModelRow; share: number; onOpen: () => void }) {
  return (
    <tr>
      <th scope="row" className="words">
        <button type="button" onClick={onOpen}>
          {row.model === "" ? "unknown" : row.model}
        </button>
      </th>
      <td className="words">{row.provider}</td>
      <td title={formatExact(row.calls)}>{formatCount(row.calls)}</td>
      <td className={row.errors > 0 ? "bad" : "none"}>
        {row.errors > 0 ? formatShare(row.errors / row.calls) : "–"}
      </td>
      <td>
        <Duration ns={row.latency_p50_ns} />
      </td>
      <td>
        <Duration ns={row.latency_p95_ns} />
      </td>
      <td title={formatExact(row.input_tokens)}>{formatCount(row.input_tokens)}</td>
      <td title={formatExact(row.output_tokens)}>{formatCount(row.output_tokens)}</td>
      <td>
        <Money dollars={row.cost} />
      </td>
      <td className="model-share">
        <i style={{ width: `${share * 100}%` }} />
        <span>{formatShare(share)}</span>
      </td>
    </tr>
  );
}
