import { describe, expect, test } from "vitest";
import { sketched } from "./sketch";
import { buildTree } from "./tree";
import { assumptionsOf } from "./whatIfAssumed";
import { type Change, changesText, MOST_CHANGES, parseChanges } from "./whatIfChanges";
import { presetsOf, toggled } from "./whatIfPresets";
import { changeWords, targetsFor } from "./whatIfWords";

const CHANGES: Change[] = [
  { action: "scale", target: "kind:llm", factor: 2.5 },
  { action: "timeout", target: "span:4f2a", after_ns: 30e9 },
  { action: "retry", target: "name:ask; twice: 50 %", times: 2, pause_ns: 5e8 },
  { action: "remove", target: "kind:reranker" },
  { action: "parallel", target: "kind:tool" },
  { action: "model", target: "kind:llm", provider: "aws", model: "anthropic.claude-v2:1,b" },
];

const span = (sketch: Parameters<typeof sketched>[0], tokens: number | null = null) => ({
  ...sketched(sketch),
  input_tokens: tokens,
  output_tokens: tokens,
});

const TREE = buildTree([
  span({ id: "a", from: 0, to: 100, kind: "agent" }),
  span({ id: "echo", parent: "a", from: 0, to: 60, kind: "llm", counted: false }),
  span({ id: "chat", parent: "echo", from: 0, to: 50, kind: "llm" }, 10),
  span({ id: "f1", parent: "a", from: 60, to: 70, kind: "tool", name: "find" }),
  span({ id: "f2", parent: "a", from: 70, to: 90, kind: "tool", name: "find" }),
]);

describe("changes in an address", () => {
  test("come back as they went", () => {
    expect(parseChanges(changesText(CHANGES))).toEqual(CHANGES);
    expect(parseChanges("")).toEqual([]);
    expect(parseChanges(undefined)).toEqual([]);
  });

  test.each([
    "scale:0:kind:llm",
    "scale:NaN:kind:llm",
    "scale::kind:llm",
    "retry:21:kind:llm",
    "timeout:-1:kind:llm",
    "remove::tag:llm",
    "remove::kind:",
    "remove::name:%E0%A4%A",
    "model:,:kind:llm",
    "explode:1:kind:llm",
    "nonsense",
  ])("are left out where they cannot be: %s", (text) => {
    expect(parseChanges(`${text};remove::kind:tool`)).toEqual([
      { action: "remove", target: "kind:tool" },
    ]);
  });

  test("are not more than can be read", () => {
    expect(parseChanges("remove::kind:llm;".repeat(50))).toHaveLength(MOST_CHANGES);
  });
});

describe("presets", () => {
  test("take the longest tool, and the call that is paid", () => {
    const [rerank, llm, timeout, retry] = presetsOf(TREE).map(({ change }) => change);

    expect(rerank).toBeNull();
    expect(llm).toMatchObject({ action: "scale", target: "kind:llm" });
    expect(timeout).toMatchObject({ action: "timeout", target: "span:f2" });
    expect(retry).toMatchObject({ action: "retry", target: "span:chat", times: 1 });
  });

  test("are supposed by one press and no longer by the next", () => {
    const [first, second] = CHANGES as [Change, Change];

    const once = toggled([first], second);

    expect(once).toEqual([first, second]);
    expect(toggled(once, { ...second })).toEqual([first]);
  });
});

describe("words", () => {
  test.each([
    [CHANGES[0], "every llm takes 2.5 × as long"],
    [{ action: "timeout", target: "span:f2", after_ns: 30e9 }, "find times out after 30.0 s"],
    [
      { action: "retry", target: "name:find", times: 1, pause_ns: 0 },
      "every find is tried 1 more time",
    ],
    [CHANGES[3], "every reranker is not there"],
    [{ action: "remove", target: "span:0123456789" }, "span 01234567 is not there"],
  ] as [Change, string][])("of %j", (change, says) => {
    expect(changeWords(TREE, change)).toBe(says);
  });

  test("offer all of a name or a kind where there are several", () => {
    const [, , , find] = TREE.spans;
    const [agent] = TREE.spans;

    expect(find && targetsFor(TREE, find).map(({ says }) => says)).toEqual([
      "find",
      "every find (2)",
      "every tool (2)",
    ]);
    expect(agent && targetsFor(TREE, agent)).toHaveLength(1);
  });
});

describe("assumptions", () => {
  test("tell what is not known of a model", () => {
    const changes = CHANGES.slice(-1);
    const key = "aws/anthropic.claude-v2:1,b";
    const known = { costs: { chat: "0.1" }, ttft_ns: 1e8, tokens_per_s: 50 };
    const odd = { costs: { chat: null }, ttft_ns: null, tokens_per_s: null };

    const count = (facts: typeof known | typeof odd) =>
      assumptionsOf(changes, new Map([[key, facts]])).length;

    expect(count(known)).toBe(2);
    expect(count(odd)).toBe(4);
    expect(assumptionsOf([], new Map())).toHaveLength(1);
  });
});
