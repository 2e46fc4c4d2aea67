import { describe, expect, test } from "vitest";
import { criticalPath } from "./criticalPath";
import { groupsOf } from "./rows";
import { type Sketch, sketched } from "./sketch";
import { whereTheTimeWent } from "./story";
import { buildTree } from "./tree";

describe("the story", () => {
  function story(...sketches: Sketch[]): string | null {
    const tree = buildTree(sketches.map(sketched));
    return whereTheTimeWent(tree, criticalPath(tree), groupsOf(tree));
  }

  test("tells a model that was waited for", () => {
    expect(
      story(
        { id: "a", from: 0, to: 8200, kind: "agent" },
        {
          id: "b",
          parent: "a",
          from: 0,
          to: 8200,
          kind: "llm",
          name: "chat gpt-4o",
          firstTokenAfter: 6068,
        },
      ),
    ).toBe("74 % of 8.20 s was chat gpt-4o waiting for its first token.");
  });

  test("compares a streamed call as a whole with what stands beside it", () => {
    const agent = { id: "a", from: 0, to: 100, kind: "agent" } as const;
    const call = { parent: "a", kind: "llm", name: "chat" } as const;
    const even = { ...call, id: "b", from: 0, to: 60, firstTokenAfter: 30 };
    const slow = { ...even, firstTokenAfter: 50 };
    const tool = { parent: "a", id: "c", kind: "tool", name: "search", from: 60, to: 100 } as const;

    expect(story(agent, even, tool)).toBe("60 % of 100 ms was chat; 40 % was tool search.");
    expect(story(agent, slow, tool)).toBe(
      "50 % of 100 ms was chat waiting for its first token; 40 % was tool search.",
    );
  });

  test("counts calls of one name together", () => {
    const call = { parent: "a", kind: "tool", name: "search" } as const;

    expect(
      story(
        { id: "a", from: 0, to: 100 },
        { ...call, id: "b", from: 0, to: 40 },
        { ...call, id: "c", from: 40, to: 90 },
      ),
    ).toBe("90 % of 100 ms was 2 × tool search.");
  });

  test("tells a parent that did the work itself", () => {
    expect(story({ id: "a", from: 0, to: 100 }, { id: "b", parent: "a", from: 0, to: 10 })).toBe(
      "90 % of 100 ms was a itself, outside its steps.",
    );
  });

  test("puts attempts that failed and the pauses after them together", () => {
    const call = { parent: "a", kind: "tool", name: "search" } as const;

    expect(
      story(
        { id: "a", from: 0, to: 100, kind: "agent" },
        { ...call, id: "b", from: 0, to: 20, status: "error" },
        { ...call, id: "c", from: 50, to: 70, status: "error", retryOf: "b" },
        { ...call, id: "d", from: 80, to: 100, retryOf: "b" },
      ),
    ).toBe("80 % of 100 ms was retries of tool search; 20 % was tool search.");
  });

  test("tells when nothing was recorded", () => {
    expect(story({ id: "a", from: 0, to: 10 }, { id: "b", from: 70, to: 100 })).toBe(
      "60 % of 100 ms was between spans, with nothing recorded; 30 % was b.",
    );
  });

  test("is silent where nothing took time", () => {
    expect(story({ id: "a", from: 0, to: 0 })).toBeNull();
  });
});
