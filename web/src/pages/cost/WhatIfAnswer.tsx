import { Link } from "@tanstack/react-router";
import type { WhatIfCalls } from "../../api/whatif";
import { change, formatChange, formatCount, formatMoney, formatShare } from "../../model/format";
import { modelName } from "../../model/modelNames";
import { DataTable } from "../../ui/DataTable";
import { Duration } from "../../ui/Duration";
import { Money } from "../../ui/Money";

type Row = WhatIfCalls["rows"][number];

/** What calls cost, what they would, and what is taken for granted. */
export function WhatIfAnswer({ answer, project }: { answer: WhatIfCalls; project: string }) {
  const { totals, rows, assumptions } = answer;
  const target = modelName(answer);
  if (totals.calls === 0) {
    return (
      <p className="whatif-verdict" role="status">
        {totals.left_out > 0 ? (
          <>
            None of {formatCount(totals.left_out)} calls has a price both as it was and on {target}.{" "}
            <Link to="/p/$project/settings/prices" params={{ project }}>
              Set prices
            </Link>
          </>
        ) : (
          "No model call of this time passes the filter."
        )}
      </p>
    );
  }
  return (
    <>
      <p className="whatif-verdict" role="status">
        <b>{verdict(totals)}</b> {answer.estimated && "About "}
        {formatCount(totals.calls)} calls cost {formatMoney(totals.cost_before)}; on {target}{" "}
        {formatMoney(totals.cost_after)}.
      </p>
      <DataTable
        label={`Calls on ${target}`}
        columns={[
          { name: "Answered by", type: "words" },
          { name: "Calls" },
          { name: "Input", hint: "Input tokens" },
          { name: "Output", hint: "Output tokens" },
          { name: "Cost" },
          { name: "Would cost" },
          { name: "Change" },
          { name: "A call took", hint: "On average" },
          { name: "Would take", hint: "On average, at the speed measured here" },
        ]}
      >
        {rows.map((row) => (
          <Line key={modelName(row)} row={row} />
        ))}
      </DataTable>
      <ul className="whatif-granted" aria-label="What is taken for granted">
        {assumptions.map((said) => (
          <li key={said}>{said}</li>
        ))}
      </ul>
    </>
  );
}

function Line({ row }: { row: Row }) {
  const moved = change(Number(row.cost_after), Number(row.cost_before));
  return (
    <tr>
      <th scope="row" className="words">
        {modelName(row) || <span className="none">unknown model</span>}
      </th>
      <td>{formatCount(row.calls)}</td>
      <td>{formatCount(row.input_tokens)}</td>
      <td>{formatCount(row.output_tokens)}</td>
      <td>
        <Money dollars={row.cost_before} />
      </td>
      <td>
        <Money dollars={row.cost_after} />
      </td>
      <td>{moved === null ? "–" : formatChange(moved) || "same"}</td>
      <td>
        <Duration ns={row.per_call_ns_before} />
      </td>
      <td>
        <Duration ns={row.per_call_ns_after} />
      </td>
    </tr>
  );
}

function verdict({ cost_before, cost_after }: WhatIfCalls["totals"]): string {
  const before = Number(cost_before);
  const saved = before - Number(cost_after);
  if (saved === 0) return "It would cost the same.";
  const share = before === 0 ? "" : ` (${formatShare(Math.abs(saved) / before)})`;
  return `${formatMoney(Math.abs(saved))}${share} ${saved > 0 ? "less" : "more"}.`;
}
