/** A dashboard as a document of panels, and what is done to it while it is edited. */

export const MAX_PANELS = 40;

export const PANEL_KINDS = {
  line: "Lines",
  area: "Areas",
  bar: "Bars",
  number: "Number",
  table: "Table",
} as const;
export type PanelKind = keyof typeof PANEL_KINDS;

export const PANEL_WIDTHS = { third: "⅓", half: "½", two_thirds: "⅔", full: "full" } as const;
export type PanelWidth = keyof typeof PANEL_WIDTHS;

export const MEASURE_NAMES = {
  count: "Count",
  errors: "Errors",
  error_rate: "Error rate",
  calls: "Model calls",
  failed_calls: "Failed model calls",
  cost: "Cost",
  cost_avg: "Cost of one",
  tokens: "Tokens",
  input_tokens: "Input tokens",
  output_tokens: "Output tokens",
  latency_avg: "Latency, average",
  latency_p50: "Latency p50",
  latency_p95: "Latency p95",
  latency_p99: "Latency p99",
  ttft_p50: "First token p50",
  ttft_p95: "First token p95",
  users: "Active users",
  sessions: "Sessions",
} as const;
export type MeasureName = keyof typeof MEASURE_NAMES;

export interface SeriesSource {
  of: "spans" | "traces";
  filter: string;
  measure: MeasureName;
  split: string;
  top: number;
}

interface SqlSource {
  of: "sql";
  sql: string;
}

export interface Panel {
  title: string;
  kind: PanelKind;
  width: PanelWidth;
  source: SeriesSource | SqlSource;
}

export interface DashboardDocument {
  clearspan_dashboard: 1;
  name: string;
  description: string;
  range: string;
  filter: string;
  panels: Panel[];
}

export const EMPTY_DASHBOARD: DashboardDocument = {
  clearspan_dashboard: 1,
  name: "New dashboard",
  description: "",
  range: "24h",
  filter: "",
  panels: [],
};

const PLAIN_SERIES: SeriesSource = {
  of: "traces",
  filter: "",
  measure: "count",
  split: "",
  top: 8,
};

export const NEW_PANEL: Panel = {
  title: "Traces",
  kind: "line",
  width: "third",
  source: PLAIN_SERIES,
};

/** A panel while it is edited: its key stays with it wherever it is moved to. */
export interface DraftPanel {
  key: number;
  panel: Panel;
}

/** A document while it is edited; `next` is the key that no panel has had. */
export interface Draft {
  document: DashboardDocument;
  panels: readonly DraftPanel[];
  next: number;
}

export function draftOf(document: DashboardDocument): Draft {
  const panels = document.panels.map((panel, key) => ({ key, panel }));
  return { document, panels, next: panels.length };
}

/** What is saved of a draft. */
export function documentOf({ document, panels }: Draft): DashboardDocument {
  return { ...document, panels: panels.map(({ panel }) => panel) };
}

/** With a panel at a place, behind all others where none is said. */
export function withPanel(draft: Draft, panel: Panel, at = draft.panels.length): Draft {
  const added = { key: draft.next, panel };
  return { ...draft, panels: draft.panels.toSpliced(at, 0, added), next: draft.next + 1 };
}

export function withoutPanel(draft: Draft, key: number): Draft {
  return { ...draft, panels: draft.panels.filter((one) => one.key !== key) };
}

export function changedPanel(draft: Draft, key: number, panel: Panel): Draft {
  return { ...draft, panels: draft.panels.map((one) => (one.key === key ? { key, panel } : one)) };
}

/** With a copy of a panel behind it. */
export function duplicated(draft: Draft, key: number): Draft {
  const at = draft.panels.findIndex((one) => one.key === key);
  const found = draft.panels[at];
  return found ? withPanel(draft, found.panel, at + 1) : draft;
}

/** With a panel at another place; beyond the first and the last there is none. */
export function movedPanel(draft: Draft, key: number, to: number): Draft {
  const from = draft.panels.findIndex((one) => one.key === key);
  return from < 0 ? draft : { ...draft, panels: moved(draft.panels, from, to) };
}

/** A list with one of it at another place; beyond the first and the last there is none. */
export function moved<Item>(list: readonly Item[], from: number, to: number): readonly Item[] {
  const [item] = list.slice(from, from + 1);
  const place = Math.min(Math.max(to, 0), list.length - 1);
  if (item === undefined || place === from) return list;
  return list.toSpliced(from, 1).toSpliced(place, 0, item);
}

/** How far an arrow moves what has a place in a row of others; null for other keys. */
export function stepOf(key: string): -1 | 1 | null {
  if (key === "ArrowLeft" || key === "ArrowUp") return -1;
  return key === "ArrowRight" || key === "ArrowDown" ? 1 : null;
}

/** The same panel of other rows: what they do not have is taken away. */
export function panelOf(
  panel: Panel,
  of: Panel["source"]["of"],
  has: { measures: readonly string[]; splits: readonly string[] },
): Panel {
  const { source } = panel;
  if (of === "sql") {
    const sql =
      "select toStartOfHour(start_time) as hour, count() as spans\nfrom spans\ngroup by hour";
    return { ...panel, source: source.of === "sql" ? source : { of, sql } };
  }
  const { filter, measure, split, top } = source.of === "sql" ? PLAIN_SERIES : source;
  const isKept = has.measures.includes(measure);
  const isSplit = split.includes("[") || has.splits.includes(split);
  return {
    ...panel,
    source: {
      of,
      filter,
      measure: isKept ? measure : "count",
      split: isSplit ? split : "",
      top,
    },
  };
}

/** What a file holds, for the server to say whether it is a dashboard; throws what is wrong in words. */
export function readDocument(text: string): unknown {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (error) {
    throw new Error(`The file is not JSON: ${error instanceof Error ? error.message : ""}`, {
      cause: error,
    });
  }
  if (typeof found !== "object" || found === null || !("clearspan_dashboard" in found)) {
    throw new Error("The file is no dashboard: it has no field clearspan_dashboard.");
  }
  return found;
}

/** `tools-retrieval.dashboard.json`. */
export function documentFile(name: string): string {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return `${plain.replaceAll(/^-+|-+$/g, "") || "dashboard"}.dashboard.json`;
}
