/** Columns that lists have alike: words, counts, times, tokens and money. */

import { formatExact, formatShare } from "../../model/format";
import { type Scores, scoreWords } from "../../model/scores";
import { Age } from "../../ui/Age";
import type { Column } from "../../ui/list/column";
import { Money } from "../../ui/Money";
import { Tokens } from "../../ui/Tokens";
import "./columnsOf.css";

/** What a column is called and where it goes; without a rank it is shown only when chosen. */
interface Named {
  id: string;
  name: string;
  width: number;
  fields: readonly string[];
  rank?: number;
  sorts?: string;
  isUsual?: boolean;
}

function placed({ isUsual = false, ...named }: Named) {
  return { ...named, isExtra: named.rank === undefined && !isUsual };
}

export function wordColumn<R>(named: Named, textOf: (row: R) => string): Column<R> {
  return {
    ...placed(named),
    cell: (row) => (
      <span className="column-words" title={textOf(row)}>
        {textOf(row)}
      </span>
    ),
  };
}

/** The first of several words, and how many more there are. */
export function wordsColumn<R>(named: Named, wordsOf: (row: R) => readonly string[]): Column<R> {
  return {
    ...placed(named),
    cell: (row) => {
      const [first, ...others] = wordsOf(row);
      return (
        <span className="column-words column-several" title={wordsOf(row).join(", ")}>
          <span className="cut">{first}</span>
          {others.length > 0 && <span className="unit">+{others.length}</span>}
        </span>
      );
    },
  };
}

export function countColumn<R>(named: Named, countOf: (row: R) => number | null): Column<R> {
  return {
    ...placed(named),
    isFigure: true,
    cell: (row) => {
      const count = countOf(row);
      return <span className="number">{count === null ? "" : formatExact(count)}</span>;
    },
  };
}

export function ageColumn<R>(named: Named, timeOf: (row: R) => string): Column<R> {
  return {
    ...placed(named),
    phone: named.rank === undefined ? "when" : undefined,
    cell: (row) => <Age time={timeOf(row)} />,
  };
}

/** Shown only when chosen. */
export function scoresColumn<R extends { scores: Scores }>(): Column<R> {
  return wordsColumn(
    { id: "scores", name: "Scores", width: 120, fields: ["scores"] },
    ({ scores }) => scoreWords(scores),
  );
}

interface Used {
  input_tokens: number | null;
  output_tokens: number | null;
  total_cost: string | null;
}

export function tokensColumn<R extends Used>(
  rank: number,
  hasOutput: (row: R) => boolean,
): Column<R> {
  return {
    id: "tokens",
    name: "Tokens",
    width: 98,
    rank,
    isFigure: true,
    sorts: "tokens",
    phone: "side",
    fields: ["input_tokens", "output_tokens", "total_tokens"],
    cell: (row) => (
      <Tokens input={row.input_tokens} output={row.output_tokens} hasOutput={hasOutput(row)} />
    ),
  };
}

export function costColumn<R extends Used>(rank: number): Column<R> {
  return {
    id: "cost",
    name: "Cost",
    width: 72,
    rank,
    isFigure: true,
    sorts: "cost",
    fields: ["total_cost"],
    cell: (row) => <Money dollars={row.total_cost} />,
  };
}

/** Failed traces and their share. */
export function errorsColumn<R extends { errors: number; error_rate: number }>(
  rank: number,
): Column<R> {
  return {
    id: "errors",
    name: "Failed",
    width: 78,
    rank,
    isFigure: true,
    sorts: "error_rate",
    phone: "figure",
    fields: ["errors", "error_rate"],
    cell: ({ errors, error_rate }) =>
      errors === 0 ? null : (
        <span className="number column-failed">
          {formatExact(errors)}
          <span className="unit">{formatShare(error_rate)}</span>
        </span>
      ),
  };
}
