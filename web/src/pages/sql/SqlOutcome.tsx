import type { UseQueryResult } from "@tanstack/react-query";
import { SQL_EXAMPLES } from "../../model/sqlExamples";
import type { ApiError } from "../../api/client";
import type { SqlSchema } from "../../model/sqlText";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { SqlAnswerView } from "./SqlAnswerView";
import type { Outcome } from "./useSqlRun";
import "./SqlOutcome.css";

interface SqlOutcomeProps {
  schema: UseQueryResult<SqlSchema>;
  outcome: Outcome | null;
  startedMs: number | null;
  onTake: (sql: string) => void;
  onAgain: () => void;
  onFault: () => void;
}

/** What became of the query: rows, a refusal, or what there is to begin with. */
export function SqlOutcome({ schema, outcome, startedMs, ...props }: SqlOutcomeProps) {
  const { onTake, onAgain, onFault } = props;
  return (
    <div className="sql-outcome" data-waiting={startedMs !== null}>
      {outcome === null ? (
        <Beginning schema={schema} onTake={onTake} />
      ) : outcome.kind === "answered" ? (
        <SqlAnswerView sql={outcome.sql} answer={outcome.answer} />
      ) : outcome.kind === "failed" ? (
        <Failed error={outcome.error} onAgain={onAgain} onFault={onFault} />
      ) : (
        <Notice title="Stopped">
          <p>The query was ended on the server, too.</p>
          <Button variant="outlined" onClick={onAgain}>
            Run again
          </Button>
        </Notice>
      )}
    </div>
  );
}

/** Before anything was run. A query can be written and run all the same when nobody says what there is to ask of. */
function Beginning({ schema, onTake }: Pick<SqlOutcomeProps, "schema" | "onTake">) {
  if (schema.isError) {
    return (
      <Notice title="The tables could not be listed" tone="error">
        <p>{schema.error.message}</p>
        <Button variant="outlined" onClick={() => void schema.refetch()}>
          Try again
        </Button>
      </Notice>
    );
  }
  if (!schema.data) return <Waiting rows={8} />;
  return (
    <section className="sql-examples" aria-label="Examples">
      <h2>To begin with</h2>
      <ul>
        {SQL_EXAMPLES.map(({ title, sql }) => (
          <li key={title}>
            <button type="button" onClick={() => onTake(sql)}>
              <b>{title}</b>
              <span className="mono cut">{sql}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface FailedProps {
  error: ApiError;
  onAgain: () => void;
  onFault: () => void;
}

function Failed({ error, onAgain, onFault }: FailedProps) {
  const isRefused = error.code === "bad_sql";
  return (
    <Notice title={titleOf(error)} tone="error">
      <p className="sql-message">{error.message}</p>
      {error.code === "sql_limit" && (
        <p>
          A condition on <code>start_minute</code>, fewer columns, or a <code>limit</code> make it
          smaller.
        </p>
      )}
      {isRefused ? (
        Number(error.details.line) > 0 && (
          <Button variant="outlined" onClick={onFault}>
            Go to line {String(error.details.line)}, column {String(error.details.column)}
          </Button>
        )
      ) : (
        <Button variant="outlined" onClick={onAgain}>
          Run again
        </Button>
      )}
    </Notice>
  );
}

function titleOf({ code, status }: ApiError): string {
  if (code === "bad_sql") return "This query cannot be run";
  if (code === "sql_limit") return "Ended at a limit";
  return status === 429 ? "Too many queries at once" : "The query could not be run";
}
