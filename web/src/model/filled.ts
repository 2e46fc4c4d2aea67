/** Which fields of a span came beside its finished record, in words. */

import { counted } from "./format";

const NO_RECORD = "*";
const MOST = 8;
const ATTRIBUTE = "attributes.";
/** What follows from the others, or tells how they came and are stored. */
const ASIDE =
  /^(?:mirrored|truncated|redactions|resource|attributes_number)\.|_preview$|^(?:dialect|normaliser_version|usage_source)$/;

/** `input, output and 1 attribute: from a log event, …`; empty when the record was whole. */
export function filledIn(filled: readonly string[]): string {
  if (filled.includes(NO_RECORD)) return "everything: no finished record came";
  const told = filled.filter((name) => !ASIDE.test(name));
  const fields = told.filter((name) => !name.startsWith(ATTRIBUTE)).map(plain);
  const attributes = told.length - fields.length;
  const more = fields.length - MOST;
  const parts = [
    fields.slice(0, MOST).join(", "),
    more > 0 ? counted(more, "other field") : "",
    attributes > 0 ? counted(attributes, "attribute") : "",
  ].filter((part) => part !== "");
  if (parts.length === 0) return "";
  return `${parts.join(" and ")}: from a log event, an update or the open record`;
}

/** An entry of a map by its own name, a field without underscores. */
function plain(name: string): string {
  return name.slice(name.indexOf(".") + 1).replaceAll("_", " ");
}
