/** What redaction makes of a text. */

import { post } from "./client";
import type { components } from "./schema";

type RedactionTried = components["schemas"]["RedactionTried"];

export function tryRedaction(text: string, csrf: string): Promise<RedactionTried> {
  return post<RedactionTried>("/redaction/try", { text }, csrf);
}
