import { useQuery } from "@tanstack/react-query";
import { filterFieldsQuery } from "../../api/filter";
import { valuesQuery } from "../../api/values";
import type { Completion } from "../../model/filter";
import { type Suggestion, suggestionsFor, valueQuestion } from "../../model/filterFields";
import type { Range } from "../../model/range";

const NOTHING = { field: "name", key: "", prefix: "" };

/** What fits at the caret: fields of the language, keys of attributes, values from the data. */
export function useSuggestions(
  project: string,
  range: Range,
  completion: Completion | null,
): Suggestion[] {
  const { data: fields = [] } = useQuery(filterFieldsQuery(project));
  const question = valueQuestion(fields, completion);
  const values = useQuery({
    ...valuesQuery(project, range, question ?? NOTHING),
    enabled: question !== null,
  });
  return suggestionsFor(fields, completion, question ? (values.data ?? []) : []);
}
