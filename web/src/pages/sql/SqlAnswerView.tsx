import * as Menu from "@radix-ui/react-dropdown-menu";
import { memo, useMemo, useState } from "react";
import type { SqlAnswer } from "../../api/sql";
import { fileName } from "../../model/exporting";
import { drawingOf } from "../../model/sqlChart";
import { csvOf, jsonOf, markdownOf } from "../../model/sqlFiles";
import { Icon } from "../../ui/Icon";
import { saveFile } from "../../ui/saveFile";
import { Segments } from "../../ui/Segments";
import { AddToDashboard } from "../dashboards/AddToDashboard";
import { useView } from "../shell/useView";
import { SqlChart } from "./SqlChart";
import { SqlTable } from "./SqlTable";
import "../../ui/Button.css";
import "../shell/Menu.css";
import "./SqlAnswerView.css";

const SHAPES = { table: "Table", line: "Lines", bars: "Bars" } as const;
type Shape = keyof typeof SHAPES;

const MOST_TITLE = 100;

/** As panels call what is chosen here. */
const KINDS = { table: "table", line: "line", bars: "bar" } as const;

interface SqlAnswerViewProps {
  /** What was asked. */
  sql: string;
  answer: SqlAnswer;
}

/** The rows of an answer, as a table or a chart, to look at and to take along. */
export const SqlAnswerView = memo(function SqlAnswerView({ sql, answer }: SqlAnswerViewProps) {
  const { project } = useView();
  const [chosen, setShape] = useState<Shape>("table");
  const drawing = useMemo(() => drawingOf(answer), [answer]);
  const shape = drawing ? chosen : "table";
  return (
    <section className="sql-answer" aria-label="Answer">
      <header className="sql-answer-head">
        <Segments
          label="Shown as"
          choices={drawing ? (Object.keys(SHAPES) as Shape[]) : ["table"]}
          chosen={shape}
          nameOf={(each) => SHAPES[each]}
          onChoose={setShape}
        />
        <div className="sql-answer-tools">
          <AddToDashboard
            project={project}
            panel={{
              title: drawing?.title.slice(0, MOST_TITLE) ?? "Query",
              kind: KINDS[shape],
              width: "half",
              source: { of: "sql", sql },
            }}
          />
          <Taking answer={answer} />
        </div>
      </header>
      {drawing && shape !== "table" ? (
        <SqlChart drawing={drawing} shape={shape} />
      ) : (
        <SqlTable answer={answer} />
      )}
    </section>
  );
});

function Taking({ answer }: { answer: SqlAnswer }) {
  const save = (text: string, format: "csv" | "json", type: string) =>
    saveFile(new Blob([text], { type }), fileName("sql", format, new Date()));
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="button" disabled={answer.rows.length === 0}>
        <Icon name="export" />
        Download
        <Icon name="down" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="menu" align="end" sideOffset={4}>
          <Menu.Item
            className="menu-item"
            onSelect={() => save(csvOf(answer), "csv", "text/csv;charset=utf-8")}
          >
            CSV
          </Menu.Item>
          <Menu.Item
            className="menu-item"
            onSelect={() => save(jsonOf(answer), "json", "application/json")}
          >
            JSON
          </Menu.Item>
          <Menu.Item
            className="menu-item"
            onSelect={() => void navigator.clipboard.writeText(markdownOf(answer))}
          >
            Copy as Markdown
          </Menu.Item>
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}
