/** Columns turned into rows. */

type Columns<Row> = { [Name in keyof Row]: readonly Row[Name][] };

/** A row for each value of the columns, which are equally long. */
export function rowsOf<Row extends object>(columns: Columns<Row>): Row[] {
  const names = Object.keys(columns) as (keyof Row)[];
  const count = names[0] === undefined ? 0 : columns[names[0]].length;
  const rows = Array.from({ length: count }, () => ({}) as Row);
  for (const name of names) {
    columns[name].forEach((value, at) => {
      const row = rows[at];
      if (row) row[name] = value;
    });
  }
  return rows;
}
