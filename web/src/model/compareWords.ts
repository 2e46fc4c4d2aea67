/** What differs at a step, in words. */

type Aspect =
  | "only_first"
  | "only_second"
  | "order"
  | "model"
  | "name"
  | "prompt"
  | "parameters"
  | "tools"
  | "input"
  | "query"
  | "arguments"
  | "documents"
  | "result"
  | "output"
  | "answered_by"
  | "finish"
  | "status";

export const ASPECTS: Record<Aspect, string> = {
  only_first: "only in the first",
  only_second: "only in the second",
  order: "order",
  model: "model",
  name: "name",
  prompt: "prompt",
  parameters: "parameters",
  tools: "tools offered",
  input: "input",
  query: "query",
  arguments: "arguments",
  documents: "documents",
  result: "result",
  output: "output",
  answered_by: "answered by",
  finish: "finish",
  status: "status",
};

interface Differing {
  differs: readonly Aspect[];
}

/** Where rows differ, in order. */
export function differing(rows: readonly Differing[]): number[] {
  return rows.flatMap(({ differs }, at) => (differs.length > 0 ? [at] : []));
}
