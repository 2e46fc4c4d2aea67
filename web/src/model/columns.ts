/** Columns as they come: a list of values, or a list of which each value is said once. */

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

/** The value at a place that the column has. */
export function listed<Value>(column: readonly Value[], place: number): Value {
  return column[place] as Value;
}

/** The value at a place that the coded column has. */
export function coded<Value>({ values, codes }: Coded<Value>, place: number): Value {
  return listed(values, listed(codes, place));
}
