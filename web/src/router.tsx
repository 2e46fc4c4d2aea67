/** Which address shows which page. */

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { Home } from "./pages/Home";
import { NotFound } from "./pages/NotFound";
import { Shell } from "./pages/shell/Shell";

/** What every page of a project shares in its address. */
interface ViewSearch {
  /** The filter box, as written. */
  filter?: string;
  /** `1h`, `all`, or `<from>..<to>`. */
  range?: string;
  /** `off` pauses live rows. */
  live?: string;
}

/** What is looked at of one trace. */
interface TraceSearch {
  /** Id of the selected span. */
  span?: string;
  /** Of the span panel. */
  tab?: string;
  /** `transcript`, `graph`, `replay`, `whatif` or `logs`; the tree without. */
  lens?: string;
  /** `time` or `cost` colours the bars. */
  heat?: string;
  /** The step of a replay, from one. */
  at?: string;
  /** `on` while a replay goes on by itself. */
  play?: string;
  /** What is supposed of it, as model/whatIfChanges.ts writes it. */
  whatif?: string;
}

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const home = createRoute({ getParentRoute: () => root, path: "/", component: Home });

const project = createRoute({
  getParentRoute: () => root,
  path: "/p/$project",
  component: Shell,
  validateSearch: (search: Record<string, string>): ViewSearch =>
    pick(search, "filter", "range", "live"),
});

const overview = createRoute({
  getParentRoute: () => project,
  path: "overview",
  component: lazyRouteComponent(() => import("./pages/overview/OverviewPage"), "OverviewPage"),
});

/** What a list has in its address beside what every page has. */
interface ListSearch {
  /** `-cost`: the largest first. */
  sort?: string;
  /** Ids of columns with commas between. */
  columns?: string;
  /** The row in the panel beside the list. */
  peek?: string;
}

const listSearch = (search: Record<string, string>): ListSearch =>
  pick(search, "sort", "columns", "peek");

const traces = createRoute({
  getParentRoute: () => project,
  path: "traces",
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import("./pages/traces/TracesPage"), "TracesPage"),
});

const spans = createRoute({
  getParentRoute: () => project,
  path: "spans",
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import("./pages/spans/SpansPage"), "SpansPage"),
});

const sessions = createRoute({
  getParentRoute: () => project,
  path: "sessions",
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import("./pages/sessions/SessionsPage"), "SessionsPage"),
});

const session = createRoute({
  getParentRoute: () => project,
  path: "sessions/$sessionId",
  component: lazyRouteComponent(() => import("./pages/sessions/SessionPage"), "SessionPage"),
});

const users = createRoute({
  getParentRoute: () => project,
  path: "users",
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import("./pages/users/UsersPage"), "UsersPage"),
});

const failures = createRoute({
  getParentRoute: () => project,
  path: "failures",
  validateSearch: (search: Record<string, string>): ListSearch & { category?: string } =>
    pick(search, "sort", "columns", "peek", "category"),
  component: lazyRouteComponent(() => import("./pages/failures/FailuresPage"), "FailuresPage"),
});

const live = createRoute({
  getParentRoute: () => project,
  path: "live",
  validateSearch: (search: Record<string, string>): { tab?: string } => pick(search, "tab"),
  component: lazyRouteComponent(() => import("./pages/live/LivePage"), "LivePage"),
});

/** Logs are a tab of Live; whoever looks for their page finds it. */
const logs = createRoute({
  getParentRoute: () => project,
  path: "logs",
  beforeLoad: ({ params, search }) => {
    redirect({
      to: "/p/$project/live",
      params,
      search: { ...search, tab: "logs" },
      throw: true,
    });
  },
});

const trace = createRoute({
  getParentRoute: () => project,
  path: "traces/$traceId",
  validateSearch: (search: Record<string, string>): TraceSearch =>
    pick(search, "span", "tab", "lens", "heat", "at", "play", "whatif"),
  component: lazyRouteComponent(() => import("./pages/trace/TracePage"), "TracePage"),
});

/** Where Langfuse's clients say that a trace is (`get_trace_url`); one of them names it by a UUID. */
const langfuseTrace = createRoute({
  getParentRoute: () => root,
  path: "/project/$project/traces/$traceId",
  beforeLoad: ({ params: { project, traceId } }) => {
    redirect({
      to: "/p/$project/traces/$traceId",
      params: { project, traceId: traceId.replaceAll("-", "").toLowerCase() },
      replace: true,
      throw: true,
    });
  },
});

const compare = createRoute({
  getParentRoute: () => project,
  path: "compare",
  // `a` and `b` are ids, `b` also "good"; `usual` a filter in place of `b`; `row` the step that is shown in full.
  validateSearch: (
    search: Record<string, string>,
  ): { a?: string; b?: string; usual?: string; row?: string } =>
    pick(search, "a", "b", "usual", "row"),
  component: lazyRouteComponent(() => import("./pages/compare/ComparePage"), "ComparePage"),
});

const metrics = createRoute({
  getParentRoute: () => project,
  path: "metrics",
  // `charts`: what is drawn, as model/metricCharts.ts writes it; `at`: the step whose traces are shown.
  validateSearch: (search: Record<string, string>): { charts?: string; at?: string } =>
    pick(search, "charts", "at"),
  component: lazyRouteComponent(() => import("./pages/metrics/MetricsPage"), "MetricsPage"),
});

const cost = createRoute({
  getParentRoute: () => project,
  path: "cost",
  // `model`: on which the calls are supposed to run.
  validateSearch: (search: Record<string, string>): { by?: string; model?: string } =>
    pick(search, "by", "model"),
  component: lazyRouteComponent(() => import("./pages/cost/CostPage"), "CostPage"),
});

const dashboards = createRoute({
  getParentRoute: () => project,
  path: "dashboards",
  component: lazyRouteComponent(
    () => import("./pages/dashboards/DashboardsPage"),
    "DashboardsPage",
  ),
});

const dashboard = createRoute({
  getParentRoute: () => project,
  path: "dashboards/$dashboardId",
  // `edit`: `on` while its panels are changed.
  validateSearch: (search: Record<string, string>): { edit?: string } => pick(search, "edit"),
  component: lazyRouteComponent(() => import("./pages/dashboards/DashboardPage"), "DashboardPage"),
});

const sql = createRoute({
  getParentRoute: () => project,
  path: "sql",
  // `sql`: the query; a link shows it and does not run it.
  validateSearch: (search: Record<string, string>): { sql?: string } => pick(search, "sql"),
  component: lazyRouteComponent(() => import("./pages/sql/SqlPage"), "SqlPage"),
});

const prompts = createRoute({
  getParentRoute: () => project,
  path: "prompts",
  // `new`: `on` while a prompt is written; `page`: which hundred of them, from one.
  validateSearch: (
    search: Record<string, string>,
  ): { words?: string; tag?: string; page?: string; new?: string } =>
    pick(search, "words", "tag", "page", "new"),
  component: lazyRouteComponent(() => import("./pages/prompts/PromptsPage"), "PromptsPage"),
});

const prompt = createRoute({
  getParentRoute: () => project,
  path: "prompts/$name",
  // `with`: the version that the one shown is compared with; `edit`: `on` while the next version is written.
  validateSearch: (
    search: Record<string, string>,
  ): { version?: string; with?: string; tab?: string; edit?: string } =>
    pick(search, "version", "with", "tab", "edit"),
  component: lazyRouteComponent(() => import("./pages/prompts/PromptPage"), "PromptPage"),
});
const chat = createRoute({
  getParentRoute: () => project,
  path: "chat",
  // `words`: what is searched for; `archived`: `on` shows those that are.
  validateSearch: (search: Record<string, string>): { words?: string; archived?: string } =>
    pick(search, "words", "archived"),
  component: lazyRouteComponent(() => import("./pages/chat/ChatPage"), "ChatPage"),
});

/** The page looks at its address by itself: the list stays while conversations are opened. */
const conversations = [
  createRoute({ getParentRoute: () => chat, path: "/" }),
  createRoute({ getParentRoute: () => chat, path: "$conversationId" }),
] as const;

const playground = createRoute({
  getParentRoute: () => project,
  path: "playground",
  // `trace` and `span`: the call whose request is edited; `run`: what is shown of its runs.
  validateSearch: (
    search: Record<string, string>,
  ): { trace?: string; span?: string; run?: string } => pick(search, "trace", "span", "run"),
  component: lazyRouteComponent(
    () => import("./pages/playground/PlaygroundPage"),
    "PlaygroundPage",
  ),
});

const delivery = createRoute({
  getParentRoute: () => project,
  path: "delivery",
  component: lazyRouteComponent(() => import("./pages/delivery/DeliveryPage"), "DeliveryPage"),
});

const settings = createRoute({
  getParentRoute: () => project,
  path: "settings",
  component: lazyRouteComponent(() => import("./pages/settings/SettingsPage"), "SettingsPage"),
});

const settingsTabs = [
  createRoute({
    getParentRoute: () => settings,
    path: "/",
    component: lazyRouteComponent(() => import("./pages/settings/ProjectsTab"), "ProjectsTab"),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: "keys",
    component: lazyRouteComponent(() => import("./pages/settings/KeysTab"), "KeysTab"),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: "providers",
    component: lazyRouteComponent(() => import("./pages/settings/ProvidersTab"), "ProvidersTab"),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: "prices",
    component: lazyRouteComponent(() => import("./pages/settings/PricesPage"), "PricesPage"),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: "accounts",
    component: lazyRouteComponent(() => import("./pages/settings/AccountsTab"), "AccountsTab"),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: "links",
    component: lazyRouteComponent(() => import("./pages/settings/LinksTab"), "LinksTab"),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: "scraping",
    component: lazyRouteComponent(() => import("./pages/settings/ScrapingTab"), "ScrapingTab"),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: "redaction",
    component: lazyRouteComponent(() => import("./pages/settings/RedactionTab"), "RedactionTab"),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: "retention",
    component: lazyRouteComponent(() => import("./pages/settings/RetentionTab"), "RetentionTab"),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: "erasure",
    component: lazyRouteComponent(() => import("./pages/settings/ErasureTab"), "ErasureTab"),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: "storage",
    component: lazyRouteComponent(() => import("./pages/settings/StorageTab"), "StorageTab"),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: "versions",
    component: lazyRouteComponent(() => import("./pages/settings/VersionsTab"), "VersionsTab"),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    langfuseTrace,
    project.addChildren([
      overview,
      traces,
      trace,
      compare,
      spans,
      sessions,
      session,
      users,
      failures,
      live,
      logs,
      metrics,
      cost,
      dashboards,
      dashboard,
      sql,
      prompts,
      prompt,
      chat.addChildren(conversations),
      playground,
      delivery,
      settings.addChildren(settingsTabs),
    ]),
  ]),
  // Values stay text: a span id of digits alone must not become a number.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (typeof value === "string" && value !== "") params.set(name, value);
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

function pick<Name extends string>(
  search: Record<string, string>,
  ...names: Name[]
): Partial<Record<Name, string>> {
  const picked: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = search[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}
