import { expect, test } from "vitest";
import {
  changedPanel,
  type DashboardDocument,
  documentFile,
  documentOf,
  draftOf,
  duplicated,
  EMPTY_DASHBOARD,
  moved,
  movedPanel,
  NEW_PANEL,
  panelOf,
  readDocument,
  stepOf,
  withoutPanel,
  withPanel,
} from "./dashboard";

const titled = (title: string) => ({ ...NEW_PANEL, title });
const THREE: DashboardDocument = {
  ...EMPTY_DASHBOARD,
  panels: [titled("a"), titled("b"), titled("c")],
};
const titles = (draft: ReturnType<typeof draftOf>) =>
  documentOf(draft)
    .panels.map(({ title }) => title)
    .join("");

test("a draft that nothing was done to is the document", () => {
  expect(documentOf(draftOf(THREE))).toEqual(THREE);
});

test("panels are added, copied, changed and removed, and keep their keys", () => {
  let draft = withPanel(draftOf(THREE), titled("d"));
  draft = duplicated(draft, 0);
  draft = changedPanel(draft, 4, titled("x"));
  draft = withoutPanel(draft, 1);

  expect(titles(draft)).toBe("axcd");
  expect(draft.panels.map(({ key }) => key)).toEqual([0, 4, 2, 3]);
  expect(duplicated(draft, 99)).toBe(draft);
});

test("a panel is moved to a place, and no further than the ends", () => {
  const draft = draftOf(THREE);

  expect(titles(movedPanel(draft, 0, 2))).toBe("bca");
  expect(titles(movedPanel(draft, 2, -5))).toBe("cab");
  expect(titles(movedPanel(draft, 2, 9))).toBe("abc");
  expect(titles(movedPanel(draft, 99, 0))).toBe("abc");
  expect(moved([], 0, 1)).toEqual([]);
});

test("arrows move by one, other keys do not", () => {
  expect(["ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown", "a"].map(stepOf)).toEqual([
    -1,
    -1,
    1,
    1,
    null,
  ]);
});

test("a panel of other rows loses what these have not", () => {
  const has = { measures: ["count", "cost"], splits: ["user"] };
  const panel = {
    ...NEW_PANEL,
    source: {
      of: "spans",
      filter: "kind:llm",
      measure: "ttft_p95",
      split: "tool",
      top: 3,
    } as const,
  };

  expect(panelOf(panel, "traces", has).source).toEqual({
    of: "traces",
    filter: "kind:llm",
    measure: "count",
    split: "",
    top: 3,
  });
  const kept = {
    ...panel,
    source: { ...panel.source, measure: "cost", split: 'attr["x"]' } as const,
  };
  expect(panelOf(kept, "traces", has).source).toMatchObject({
    measure: "cost",
    split: 'attr["x"]',
  });
});

test("a panel turns into a query and back", () => {
  const has = { measures: ["count"], splits: [] };
  const query = panelOf(NEW_PANEL, "sql", has);

  expect(query.source).toMatchObject({
    of: "sql",
    sql: expect.stringContaining("select") as string,
  });
  expect(panelOf(query, "sql", has)).toEqual(query);
  expect(panelOf(query, "spans", has).source).toMatchObject({ of: "spans", measure: "count" });
});

test("a file that is no dashboard is told from one that is", () => {
  expect(readDocument(JSON.stringify(THREE))).toEqual(THREE);
  expect(() => readDocument("{")).toThrow("not JSON");
  expect(() => readDocument("[1]")).toThrow("clearspan_dashboard");
});

test("a file is called after its dashboard", () => {
  expect(documentFile("Tools & retrieval")).toBe("tools-retrieval.dashboard.json");
  expect(documentFile("成本")).toBe("dashboard.dashboard.json");
});
