/** Columns as they come: a list of values, or a list of which each value is said once, or one value for all. */

interface Coded<Value> {
  values: readonly Value[];
  codes: readonly number[];
}

/** What one place of a column holds. */
export type ValueOf<Column> = Column extends readonly (infer Value)[]
  ? Value
  : Column extends Coded<infer Value>
    ? Value
    : never;

type Column = readonly unknown[] | Coded<unknown>;

/**
 * Rows that read their columns when they are asked: so a hundred thousand of them take no time.
 *
 * What they hold is not their own: a spread of a row copies nothing.
 */
export function rowsOf<Columns extends { [Name in keyof Columns]: Column }>(
  columns: Columns,
  count: number,
) {
  class Row {
    constructor(readonly place: number) {}
  }
  for (const name of Object.keys(columns) as (keyof Columns)[]) {
    Object.defineProperty(Row.prototype, name, {
      get: reading(columns[name]),
      enumerable: true,
    });
  }
  const rows = Array.from({ length: count }, (_, place) => new Row(place));
  return rows as unknown as { [Name in keyof Columns]: ValueOf<Columns[Name]> }[];
}

/** A row of its own with the values of another one, but for these. */
export function changedRow<Row extends object>(row: Row, changes: Partial<Row>): Row {
  const copy: Partial<Row> = {};
  for (const name in row) copy[name] = row[name];
  return Object.assign(copy, changes) as Row;
}

function reading(column: Column) {
  if (!("codes" in column)) {
    return function (this: { place: number }) {
      return column[this.place];
    };
  }
  const { values, codes } = column;
  const [only] = values;
  if (codes.length === 0) return () => only;
  return function (this: { place: number }) {
    return values[codes[this.place] ?? 0];
  };
}
