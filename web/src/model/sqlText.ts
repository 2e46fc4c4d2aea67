/** Places in the text of a query: where the server found a fault, and what fits at the caret. */

/** What of a text to mark for a place that counts from one: the word there, or else one character. */
export function markAt(text: string, line: number, column: number): { from: number; to: number } {
  const lines = text.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const here = lines[line - 1] ?? "";
  // The server counts characters, a text here code units.
  const before = Array.from(here)
    .slice(0, Math.max(column - 1, 0))
    .join("").length;
  const from = Math.min(start + before, text.length);
  const word = /^[\w$]+/.exec(here.slice(before))?.[0] ?? here.charAt(before);
  // Behind the last character there is none: then the last one.
  return word === "" ? { from: Math.max(from - 1, 0), to: from } : { from, to: from + word.length };
}

export interface SqlHint {
  label: string;
  type: "table" | "column" | "function" | "keyword";
  /** Beside the name. */
  detail: string;
  /** In a few words. */
  info: string;
  /** What is likelier comes first. */
  boost: number;
}

interface HintColumn {
  name: string;
  type: string;
  says: string;
}

export interface SqlSchema {
  tables: readonly { name: string; says: string; columns: readonly HintColumn[] }[];
  functions: readonly string[];
}

const KEYWORDS =
  "select distinct from where group by having order limit offset join left right inner full any semi anti asof on using as " +
  "and or not in between like ilike is null case when then else end with union all interval second minute hour day week " +
  "month asc desc array join over partition rows totals rollup except true false";
const NAMED = new RegExp(
  String.raw`\b(?:from|join)\s+(\w+)(?:\s+(?:as\s+)?(?!(?:${KEYWORDS.replaceAll(" ", "|")})\b)(\w+))?`,
  "gi",
);
const AFTER_FROM = /\b(?:from|join)\s+\w*$/i;
const AT_CARET = /(?:(\w+)\.)?(\w*)$/;

/** What fits where the text before the caret ends, and where the word begins that it would replace. */
export function hintsAt(
  before: string,
  whole: string,
  schema: SqlSchema,
): { from: number; hints: SqlHint[] } {
  const [, qualifier, word = ""] = AT_CARET.exec(before) ?? [];
  const from = before.length - word.length;
  const tables = schema.tables.map(({ name, says }): SqlHint => ({
    label: name,
    type: "table",
    detail: "table",
    info: says,
    boost: 1,
  }));
  const named = namedTables(whole, schema);
  if (qualifier !== undefined) {
    const table = named.get(qualifier.toLowerCase());
    return { from, hints: table ? columnsOf([table], 3) : [] };
  }
  if (AFTER_FROM.test(before)) return { from, hints: tables };
  const isKnown = named.size > 0;
  const used = isKnown ? [...new Set(named.values())] : schema.tables;
  return {
    from,
    hints: [
      ...columnsOf(used, isKnown ? 3 : 0),
      ...tables,
      ...functionsOf(schema),
      ...KEYWORD_HINTS,
    ],
  };
}

const KEYWORD_HINTS = [...new Set(KEYWORDS.split(" "))].map((label): SqlHint => ({
  label,
  type: "keyword",
  detail: "",
  info: "",
  boost: 2,
}));

type Table = SqlSchema["tables"][number];

/** The tables that a query names, by their names and by what it calls them. */
function namedTables(whole: string, { tables }: SqlSchema): Map<string, Table> {
  const found = new Map<string, Table>();
  for (const [, name = "", alias] of whole.matchAll(NAMED)) {
    const table = tables.find((each) => each.name === name.toLowerCase());
    if (!table) continue;
    found.set(table.name, table);
    if (alias !== undefined) found.set(alias.toLowerCase(), table);
  }
  return found;
}

/** Each name once, whichever of the tables has it. */
function columnsOf(tables: readonly Table[], boost: number): SqlHint[] {
  const found = new Map<string, SqlHint>();
  for (const table of tables) {
    for (const { name, type, says } of table.columns) {
      const known = found.get(name);
      const info = `${table.name}: ${says}`;
      if (known) known.info += `\n${info}`;
      else found.set(name, { label: name, type: "column", detail: plainType(type), info, boost });
    }
  }
  return [...found.values()];
}

function functionsOf({ functions }: SqlSchema): SqlHint[] {
  return functions.map((label) => ({
    label,
    type: "function",
    detail: "function",
    info: "",
    boost: 1,
  }));
}

/** A type without what says how it is stored: `LowCardinality(String)` is a `String`. */
export function plainType(type: string): string {
  const inner = /^LowCardinality\((.*)\)$/.exec(type)?.[1];
  if (inner !== undefined) return plainType(inner);
  const nullable = /^Nullable\((.*)\)$/.exec(type)?.[1];
  return nullable === undefined ? type : `${plainType(nullable)}?`;
}
