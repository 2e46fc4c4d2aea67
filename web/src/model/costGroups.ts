/** By what cost is told apart: how each dimension is called, and the filter that lists the traces of a value. */

import { quoted } from "./filter";

const GROUPS = [
  { by: "model", name: "Model", field: "model" },
  { by: "provider", name: "Provider", field: "provider" },
  { by: "feature", name: "Feature", field: "feature" },
  { by: "customer", name: "Customer", field: "customer" },
  { by: "user", name: "User", field: "user" },
  { by: "prompt", name: "Prompt", field: "prompt" },
  { by: "environment", name: "Environment", field: "environment" },
  { by: "release", name: "Release", field: "release" },
  { by: "service", name: "Service", field: "service" },
] as const;

export type CostBy = (typeof GROUPS)[number]["by"];

export { GROUPS as COST_GROUPS };

/** The dimension that a text in the address means; the model where it means none. */
export function costGroup(text: string | undefined): (typeof GROUPS)[number] {
  return GROUPS.find(({ by }) => by === text) ?? GROUPS[0];
}

/** What a value is called; `detail` tells equal ones apart. */
export function valueName(by: CostBy, value: string, detail: string): string {
  if (value === "") return `no ${by}`;
  return by === "prompt" && detail !== "" ? `${value} ${detail}` : value;
}

/** The filter that lists the traces of a value; empty where nothing is said, for no filter asks for that. */
export function valueFilter(by: CostBy, value: string): string {
  return value === "" ? "" : `${costGroup(by).field}:${quoted(value)}`;
}

/** The colour of the value at a place of the table, as the chart draws it. */
export function layerColor(place: number, layers: number): string {
  return place < layers ? `--stack-${place + 1}` : "--stack-rest";
}
