/** The answer of a query as a text to keep: CSV, JSON and Markdown, as the exports of the server write them. */

import { cellText, kindOf, type SqlTable } from "./sqlTable";

/** What a spreadsheet would run as a formula, or takes for the end of a cell. */
const FORMULA = /^[=+\-@\t\r\n]/;
const MARKDOWN = /[\\`*_[\]<>|#!~&$]/g;

/** A header, then a line a row; what a spreadsheet would take for a formula begins with an apostrophe. */
export function csvOf({ columns, rows }: SqlTable): string {
  // Whole numbers of 64 bits are texts, and a minus is theirs.
  const isNumber = columns.map((column) => kindOf(column) === "number");
  const lines = rows.map((row) =>
    row.map((value, at) => {
      if (value === null) return "";
      const text = cellText(value);
      return csvCell(isNumber[at] !== true && typeof value === "string" ? noFormula(text) : text);
    }),
  );
  // Who wrote the query of a link also named its columns.
  return [uniqueNames(columns).map((name) => csvCell(noFormula(name))), ...lines]
    .map((cells) => `${cells.join(",")}\r\n`)
    .join("");
}

/** A list of objects, one a row. */
export function jsonOf({ columns, rows }: SqlTable): string {
  const names = uniqueNames(columns);
  const lines = rows.map((row) =>
    JSON.stringify(Object.fromEntries(names.map((name, at) => [name, row[at]]))),
  );
  return `[\n${lines.join(",\n")}\n]\n`;
}

/** A table for a message or a ticket. */
export function markdownOf({ columns, rows }: SqlTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  const cell = (text: string) => text.replace(/\s+/g, " ").replace(MARKDOWN, "\\$&");
  return [
    line(columns.map(({ name }) => cell(name))),
    line(columns.map((column) => (kindOf(column) === "number" ? "---:" : "---"))),
    ...rows.map((row) => line(row.map((value) => (value === null ? "" : cell(cellText(value)))))),
  ].join("");
}

function noFormula(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Two columns may have one name; the second is then `name_2`. */
function uniqueNames(columns: SqlTable["columns"]): string[] {
  const taken = new Set<string>();
  return columns.map(({ name }) => {
    let unique = name;
    for (let count = 2; taken.has(unique); count += 1) unique = `${name}_${count}`;
    taken.add(unique);
    return unique;
  });
}
