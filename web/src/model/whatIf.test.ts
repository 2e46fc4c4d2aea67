import { describe, expect, test } from "vitest";
import { rowsOf } from "./columns";
import type { Kind, Status } from "./kinds";
import { sketched } from "./sketch";
import { buildTree } from "./tree";
import { outcomeOf, whatIf } from "./whatIf";
import table from "./whatIfCases.json";
import type { Change } from "./whatIfChanges";
import { type Facts, type ModelFacts } from "./whatIfPlan";

/** A case of whatIfCases.json, which holds query/whatif.py to the same; times in milliseconds. */
interface Case {
  name: string;
  spans: CaseSpan[];
  models?: Record<string, CaseModel>;
  changes: Change[];
  after: {
    total: number;
    cost: string;
    unpriced?: number;
    bottleneck: string | null;
    bottleneckMs: number;
    where: Record<string, number[]>;
    firstTokens?: Record<string, number | null>;
  };
}

interface CaseSpan {
  id: string;
  parent?: string;
  from: number;
  to: number | null;
  kind?: Kind;
  name?: string;
  status?: Status;
  firstTokenAfter?: number;
  retryOf?: string;
  cost?: string;
  counted?: boolean;
  inputTokens?: number;
  outputTokens?: number;
}

interface CaseModel {
  costs: Record<string, string>;
  ttftMs: number | null;
  tokensPerS: number | null;
}

const CASES = table.cases as unknown as Case[];

function spanOf(span: CaseSpan) {
  const { cost, outputTokens = null } = span;
  const hasUsage = cost !== undefined || outputTokens !== null || span.inputTokens !== undefined;
  return {
    ...sketched(span),
    input_tokens: hasUsage ? (span.inputTokens ?? 10) : null,
    output_tokens: outputTokens,
    error_type: "",
  };
}

/** The spans as the API gives them: rows that hold nothing of their own. */
function asTheyCome(spans: readonly ReturnType<typeof spanOf>[]) {
  const names = Object.keys(spans[0] ?? {}) as (keyof ReturnType<typeof spanOf>)[];
  const columns = Object.fromEntries(names.map((name) => [name, spans.map((span) => span[name])]));
  return rowsOf(columns, spans.length) as unknown as ReturnType<typeof spanOf>[];
}

function factsOf({ costs, ttftMs, tokensPerS }: CaseModel): ModelFacts {
  return { costs, ttft_ns: ttftMs === null ? null : ttftMs * 1e6, tokens_per_s: tokensPerS };
}

function traceOf({ spans, models = {} }: Case) {
  const facts: Facts = new Map(Object.entries(models).map(([key, one]) => [key, factsOf(one)]));
  return { tree: buildTree(asTheyCome(spans.map(spanOf))), facts };
}

describe("what if", () => {
  test.each(CASES.map((one) => [one.name, one] as const))("%s", (_, one) => {
    const { tree, facts } = traceOf(one);

    const found = whatIf(tree, one.changes, facts);

    const where = found.tree.spans.map((span) => [
      span.span_id,
      [span.start_offset_ns / 1e6, (span.start_offset_ns + (span.duration_ns ?? NaN)) / 1e6],
    ]);
    const firsts = Object.keys(one.after.firstTokens ?? {}).map((id) => {
      const ttft = found.tree.spans.find(({ span_id }) => span_id === id)?.ttft_ns ?? null;
      return [id, ttft === null ? null : ttft / 1e6];
    });
    expect(Object.fromEntries(where)).toEqual(one.after.where);
    expect(Object.fromEntries(firsts)).toEqual(one.after.firstTokens ?? {});
    expect(found.durationNs / 1e6).toBe(one.after.total);
    expect(found.cost).toBeCloseTo(Number(one.after.cost), 12);
    expect(found.unpriced).toBe(one.after.unpriced ?? 0);
    expect(found.bottleneck?.name ?? null).toBe(one.after.bottleneck);
    expect((found.bottleneck?.ns ?? 0) / 1e6).toBe(one.after.bottleneckMs);
  });

  test("says of no change what was", () => {
    for (const one of CASES) {
      const { tree, facts } = traceOf(one);

      const found = whatIf(tree, [], facts);

      const was = outcomeOf(tree);
      const { durationNs, cost, unpriced, bottleneck } = was;
      expect(found).toMatchObject({ durationNs, cost, unpriced, bottleneck });
      expect(found.tree.spans.map(({ start_offset_ns }) => start_offset_ns)).toEqual(
        was.tree.spans.map(({ start_offset_ns }) => start_offset_ns),
      );
    }
  });

  test("never ends earlier because a span takes longer", () => {
    for (const { tree, at } of randomTraces(60)) {
      const before = outcomeOf(tree).durationNs;
      const target = `span:${tree.spans[at]?.span_id ?? ""}` as const;

      const slower = whatIf(tree, [{ action: "scale", target, factor: 3 }], new Map());
      const faster = whatIf(tree, [{ action: "scale", target, factor: 0.3 }], new Map());

      expect(slower.durationNs).toBeGreaterThanOrEqual(before - 1);
      expect(faster.durationNs).toBeLessThanOrEqual(before + 1);
    }
  });

  test("takes very many spans, and a chain of them", () => {
    const flat = Array.from({ length: 10_000 }, (_, at) => ({
      ...{ id: `f${at}`, parent: "r", kind: "tool" as const, name: "find" },
      ...{ from: at * 2, to: at * 2 + 1 },
    }));
    const chain = Array.from({ length: 10_000 }, (_, at) => ({
      ...{ id: `c${at}`, parent: at === 0 ? "r" : `c${at - 1}`, kind: "chain" as const },
      ...{ from: 20_000, to: 40_000 },
    }));
    const tree = buildTree(
      [{ id: "r", from: 0, to: 40_000, kind: "agent" as const }, ...flat, ...chain].map(spanOf),
    );

    const found = whatIf(tree, [{ action: "scale", target: "name:find", factor: 2 }], new Map());

    expect(found.durationNs).toBe(50_000e6);
  });
});

/** Traces of nested spans at random, and a span of each. */
function* randomTraces(count: number) {
  let seed = 11;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  for (let made = 0; made < count; made += 1) {
    const spans: (CaseSpan & { to: number })[] = [{ id: "0", from: 0, to: 1e6 }];
    for (let at = 1; at < 40; at += 1) {
      const parent = spans[Math.floor(random() * at)];
      if (!parent) continue;
      const from = Math.round(parent.from + random() * (parent.to - parent.from));
      const to = Math.round(from + random() * (parent.to - from));
      spans.push({ id: String(at), parent: parent.id, from, to, kind: "tool" });
    }
    spans.sort((a, b) => a.from - b.from);
    yield { tree: buildTree(spans.map(spanOf)), at: Math.floor(random() * spans.length) };
  }
}
