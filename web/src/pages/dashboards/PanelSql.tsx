import { useMemo } from "react";
import type { SqlAnswer } from "../../api/sql";
import type { Panel } from "../../model/dashboard";
import { drawingOf } from "../../model/sqlChart";
import { cellText, kindOf } from "../../model/sqlTable";
import { SqlChart } from "../sql/SqlChart";
import { SqlTable } from "../sql/SqlTable";
import "./PanelNumber.css";

/** With what stands above a chart as high as a panel. */
const HEIGHT = 180;

/** The answer of a query; where nothing of it can be drawn, its rows. */
export function PanelSql({ panel, answer }: { panel: Panel; answer: SqlAnswer }) {
  const drawing = useMemo(() => drawingOf(answer), [answer]);
  if (panel.kind === "number") {
    const at = answer.columns.findIndex((column) => kindOf(column) === "number");
    const value = answer.rows[0]?.[Math.max(at, 0)];
    return (
      <div className="panel-number">
        <strong className="number">
          {value === undefined || value === null ? "–" : cellText(value)}
        </strong>
      </div>
    );
  }
  if (answer.rows.length === 0) return <p className="panel-note">Nothing in this range.</p>;
  if (panel.kind === "table" || !drawing) return <SqlTable answer={answer} />;
  const shape = panel.kind === "line" ? "line" : "bars";
  return <SqlChart drawing={drawing} shape={shape} height={HEIGHT} />;
}
