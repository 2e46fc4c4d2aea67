/**
 * The pages of a project: what each is called, where it is, whether the filter narrows it, and whether it is of no
 * time: what it shows is the same whatever the range says.
 */

export const PAGE_GROUPS = [
  {
    name: "Observe",
    pages: [
      { name: "Overview", to: "/p/$project/overview", icon: "overview", isFiltered: true },
      { name: "Traces", to: "/p/$project/traces", icon: "traces", isFiltered: true },
      { name: "Spans", to: "/p/$project/spans", icon: "spans", isFiltered: true },
      { name: "Sessions", to: "/p/$project/sessions", icon: "sessions", isFiltered: true },
      { name: "Users", to: "/p/$project/users", icon: "users", isFiltered: true },
      { name: "Failures", to: "/p/$project/failures", icon: "failures", isFiltered: true },
      { name: "Live", to: "/p/$project/live", icon: "live", isFiltered: true },
    ],
  },
  {
    name: "Measure",
    pages: [
      { name: "Metrics", to: "/p/$project/metrics", icon: "metrics" },
      { name: "Cost", to: "/p/$project/cost", icon: "cost", isFiltered: true },
      { name: "Dashboards", to: "/p/$project/dashboards", icon: "dashboards", isTimeless: true },
      { name: "SQL", to: "/p/$project/sql", icon: "sql", isTimeless: true },
    ],
  },
  {
    name: "Improve",
    pages: [
      { name: "Chat", to: "/p/$project/chat", icon: "chat", isTimeless: true },
      { name: "Playground", to: "/p/$project/playground", icon: "playground", isTimeless: true },
      { name: "Prompts", to: "/p/$project/prompts", icon: "prompts" },
    ],
  },
  {
    name: "Run",
    pages: [
      { name: "Delivery", to: "/p/$project/delivery", icon: "delivery" },
      { name: "Settings", to: "/p/$project/settings", icon: "settings", isTimeless: true },
    ],
  },
] as const;

const PAGES = PAGE_GROUPS.flatMap((group) => [...group.pages]);
const [OVERVIEW] = PAGE_GROUPS[0].pages;

export type PagePath = (typeof PAGE_GROUPS)[number]["pages"][number]["to"];

/** Where the lists are. */
export const LIST_PATHS = {
  traces: "/p/$project/traces",
  spans: "/p/$project/spans",
  sessions: "/p/$project/sessions",
  users: "/p/$project/users",
  failures: "/p/$project/failures",
} as const;

export type ListNoun = keyof typeof LIST_PATHS;

/** One thing shown in full: below which page it is, and what it is called. */
const DETAILS: Record<string, string> = {
  traces: "Trace",
  sessions: "Session",
  dashboards: "Dashboard",
  prompts: "Prompt",
};
/** Pages that are not in the rail: as which of its pages they are below. */
const BELOW: Record<string, { of: string; detail: string }> = {
  compare: { of: "traces", detail: "Compare" },
};

interface Place {
  /** Of the page, or of the page above where one thing is shown in full. */
  name: string;
  to: PagePath;
  isFiltered: boolean;
  isTimeless: boolean;
  /** What is shown in full: "Trace". */
  detail: string | null;
}

/** Which page an address is. */
export function placeOf(path: string): Place {
  const [, , , first = "", second] = path.split("/");
  const below = BELOW[first];
  const page = PAGES.find(({ to }) => to.split("/")[3] === (below?.of ?? first)) ?? OVERVIEW;
  const detail = below?.detail ?? (second === undefined ? null : (DETAILS[first] ?? null));
  const isFiltered = detail === null ? "isFiltered" in page : detail === "Dashboard";
  const isTimeless = "isTimeless" in page && detail === null;
  return { name: page.name, to: page.to, isFiltered, isTimeless, detail };
}
