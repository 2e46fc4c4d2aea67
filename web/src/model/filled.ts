/** Which fields of a span came beside its finished record, in words. */

import { counted } from "./format";

const NO_RECORD = "*";
const MOST = 8;

/** What follows from other fields, or tells how they are stored. */
const ASIDE = /^(?:mirrored|truncated|redactions|attributes_number)\.|_preview$/;
const MAP = /^(?:attributes|resource|usage_other)\./;

/** `input, output: from a log event or an update`; empty when the record was whole. */
export function filledIn(filled: readonly string[]): string {
  if (filled.includes(NO_RECORD)) return "everything: no finished record came";
  const names = [...new Set(filled.filter((name) => !ASIDE.test(name)).map(plain))];
  if (names.length === 0) return "";
  const more = names.length - MOST;
  const shown =
    names.slice(0, MOST).join(", ") + (more > 0 ? ` and ${counted(more, "other")}` : "");
  return `${shown}: from a log event, an update or its open record`;
}

/** An entry of a map by its own name, a field without underscores. */
function plain(name: string): string {
  return MAP.test(name) ? name.replace(MAP, "") : name.replaceAll("_", " ");
}
