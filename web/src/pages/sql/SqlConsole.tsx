import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { sqlSchemaQuery } from "../../api/sql";
import { useMedia } from "../../ui/useMedia";
import { useStored } from "../../ui/useStored";
import { SchemaPanel } from "./SchemaPanel";
import { SqlBar } from "./SqlBar";
import { SqlEditor, type SqlEditorHandle, type SqlPlace } from "./SqlEditor";
import { SqlOutcome } from "./SqlOutcome";
import { useSqlAddress } from "./useSqlAddress";
import { useSqlHistory } from "./useSqlHistory";
import { type Outcome, useSqlRun } from "./useSqlRun";
import "./SqlConsole.css";

/** What can be asked of, the query, and its answer. */
export function SqlConsole({ project }: { project: string }) {
  const schema = useQuery(sqlSchemaQuery(project));
  const editor = useRef<SqlEditorHandle>(null);
  const runButton = useRef<HTMLButtonElement>(null);
  const address = useSqlAddress((sql) => editor.current?.replace(sql));
  const [text, setText] = useState(address.sql);
  const { history, add, forget } = useSqlHistory(project);
  const { run, stop, startedMs, outcome } = useSqlRun(project, (done) =>
    add(done.sql, done.kind === "answered" ? done.answer.rows.length : null),
  );
  const fault = useMemo(() => faultOf(outcome), [outcome]);
  const tables = useTablesPanel();

  const take = (sql: string) => {
    editor.current?.replace(sql);
    editor.current?.focus();
  };
  return (
    <div className="sql">
      {tables.isOpen && (
        <SchemaPanel
          schema={schema}
          onInsert={(name) => {
            tables.afterInsert();
            editor.current?.insert(name);
          }}
          onClose={tables.toggle}
        />
      )}
      <div className="sql-work">
        <SqlEditor
          ref={editor}
          initial={text}
          schema={schema.data}
          fault={fault}
          onChange={(next) => {
            setText(next);
            address.write(next);
          }}
          onRun={() => void run(text)}
          onLeave={() => runButton.current?.focus()}
        />
        <SqlBar
          runButton={runButton}
          isEmpty={text.trim() === ""}
          startedMs={startedMs}
          outcome={outcome}
          history={history}
          onRun={() => void run(text)}
          onStop={stop}
          onTake={take}
          onForget={forget}
          onTables={tables.toggle}
          hasTables={tables.isOpen}
        />
        <SqlOutcome
          schema={schema}
          outcome={outcome}
          startedMs={startedMs}
          onTake={take}
          onAgain={() => void run(text)}
          onFault={() => editor.current?.toFault()}
        />
      </div>
    </div>
  );
}

/** Beside the editor, where it stays; on a phone above everything, until something is taken. */
function useTablesPanel() {
  const isPhone = useMedia("(max-width: 720px)");
  const [isSheet, setSheet] = useState(false);
  const [stored, store] = useStored("sql.tables", "open");
  const isOpen = isPhone ? isSheet : stored === "open";
  return {
    isOpen,
    toggle: () => (isPhone ? setSheet(!isSheet) : store(isOpen ? "closed" : "open")),
    afterInsert: () => setSheet(false),
  };
}

/** Where the server found a fault. */
function faultOf(outcome: Outcome | null): SqlPlace | null {
  if (outcome?.kind !== "failed") return null;
  const { line, column } = outcome.error.details;
  return typeof line === "number" && typeof column === "number" && line > 0
    ? { line, column }
    : null;
}
