import type { CostReport, CostRow } from "../../api/cost";
import { narrow } from "../../model/narrow";
import { type CostBy, costGroup, layerColor, valueFilter, valueName } from "../../model/costGroups";
import {
  change,
  formatChange,
  formatCount,
  formatExact,
  formatMoney,
  formatShare,
} from "../../model/format";
import { DataTable } from "../../ui/DataTable";
import { Money } from "../../ui/Money";
import type { View } from "../shell/useView";
import "./CostTable.css";

const FIGURES = [
  { name: "Cost" },
  { name: "Share" },
  { name: "Change", hint: "Against as long a time before" },
  { name: "Calls", hint: "Spans with usage that count" },
  { name: "A call", hint: "Cost of a call that has a price" },
  { name: "Input", hint: "Input tokens that were not cached" },
  { name: "Cache read" },
  { name: "Cache write" },
  { name: "Output", hint: "Output tokens, reasoning among them" },
  { name: "Reasoning" },
  { name: "No price", hint: "Calls whose price nobody knows" },
] as const;

/** What each value cost, the dearest first, in the colours of the chart. */
export function CostTable({ report, view }: { report: CostReport; view: View }) {
  const { by, rows, lines, value_count: count } = report;
  const open = (row: CostRow) =>
    view.showTraces(narrow(view.filterText, valueFilter(by, row.value)));
  return (
    <section className="cost-table" aria-label={`Cost by ${by}`}>
      <DataTable
        label={`Cost by ${by}`}
        columns={[{ name: costGroup(by).name, type: "words" }, ...FIGURES]}
      >
        {rows.map((row, place) => (
          <Row
            key={`${row.value} ${row.detail}`}
            by={by}
            row={row}
            color={layerColor(place, lines.length)}
            onOpen={() => open(row)}
          />
        ))}
      </DataTable>
      {count > rows.length && (
        <p className="cost-table-note">
          The {rows.length} dearest of {formatExact(count)}; the totals are of all.
        </p>
      )}
    </section>
  );
}

interface RowProps {
  by: CostBy;
  row: CostRow;
  color: string;
  onOpen: () => void;
}

function Row({ by, row, color, onOpen }: RowProps) {
  const name = valueName(by, row.value, row.detail);
  return (
    <tr>
      <th scope="row" className="words">
        <i className="cost-swatch" style={{ background: `var(${color})` }} />
        {row.value === "" ? (
          <span className="none">{name}</span>
        ) : (
          <button type="button" title={name} onClick={onOpen}>
            {name}
          </button>
        )}
        {by === "model" && row.detail !== "" && <span className="cost-of">{row.detail}</span>}
      </th>
      <td>
        <Money dollars={row.cost} />
      </td>
      <td>{row.share === null ? "–" : formatShare(row.share)}</td>
      <Change row={row} />
      <Count of={row.calls} />
      <td>
        {row.cost_per_call === null ? (
          <span className="none">–</span>
        ) : (
          <Money dollars={row.cost_per_call} />
        )}
      </td>
      <Count of={row.uncached_tokens} />
      <Count of={row.cache_read_tokens} />
      <Count of={row.cache_write_tokens} />
      <Count of={row.output_tokens} />
      <Count of={row.reasoning_tokens} />
      <td className={row.unpriced_calls > 0 ? "odd" : "none"}>
        {row.unpriced_calls > 0 ? formatCount(row.unpriced_calls) : "–"}
      </td>
    </tr>
  );
}

function Count({ of }: { of: number }) {
  return (
    <td title={formatExact(of)} className={of === 0 ? "none" : ""}>
      {of === 0 ? "–" : formatCount(of)}
    </td>
  );
}

function Change({ row }: { row: CostRow }) {
  const moved = change(Number(row.cost), Number(row.previous_cost));
  const title = `${formatMoney(row.previous_cost)} before`;
  if (moved === null) {
    return (
      <td className="none" title={title}>
        {Number(row.cost) > 0 ? "new" : "–"}
      </td>
    );
  }
  return <td title={title}>{formatChange(moved) || "same"}</td>;
}
