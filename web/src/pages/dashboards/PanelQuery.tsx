import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { ApiError } from "../../api/client";
import { sqlPanelQuery } from "../../api/series";
import { sqlSchemaQuery } from "../../api/sql";
import { Button } from "../../ui/Button";
import type { View } from "../shell/useView";
import { SqlEditor } from "../sql/SqlEditor";
import { useSession } from "../useSession";

interface PanelQueryProps {
  /** The query that is shown. */
  sql: string;
  view: View;
  onRun: (sql: string) => void;
}

/** The query of a panel: what is written is shown when it is run. */
export function PanelQuery({ sql, view, onRun }: PanelQueryProps) {
  const schema = useQuery(sqlSchemaQuery(view.project));
  const { csrf } = useSession();
  const { error } = useQuery(sqlPanelQuery(view.project, view.range, sql, csrf));
  const [text, setText] = useState(sql);
  const runButton = useRef<HTMLButtonElement>(null);
  const { line, column } = error instanceof ApiError ? error.details : {};
  const isPlaced = typeof line === "number" && typeof column === "number" && line > 0;
  const isShown = text === sql;
  return (
    <>
      <SqlEditor
        ref={null}
        initial={sql}
        schema={schema.data}
        fault={isPlaced && isShown ? { line, column } : null}
        onChange={setText}
        onRun={() => onRun(text)}
        onLeave={() => runButton.current?.focus()}
      />
      <p className="panel-note">
        Its tables have what is in the range; a first column of times makes lines.{" "}
        <Button
          ref={runButton}
          icon="play"
          variant="outlined"
          disabled={isShown || text.trim() === ""}
          onClick={() => onRun(text)}
        >
          Run
        </Button>
      </p>
    </>
  );
}
