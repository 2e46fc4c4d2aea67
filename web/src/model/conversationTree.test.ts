import { describe, expect, it } from "vitest";
import { shownPath, withMessages } from "./conversationTree";

const said = (id: string, parent: string | null) => ({ id, parent });

/** Two questions at the start; the first has two answers, of which the second was asked on. */
const MESSAGES = [
  said("q1", null),
  said("a1", "q1"),
  said("a2", "q1"),
  said("q2", "a2"),
  said("a3", "q2"),
  said("q1b", null),
  said("a4", "q1b"),
];

const ids = (through: string | null) =>
  shownPath(MESSAGES, through).map(({ message }) => message.id);

describe("the path that is shown", () => {
  it("leads to a message from the first, and on by the newest", () => {
    expect(ids("q1")).toEqual(["q1", "a2", "q2", "a3"]);
    expect(ids("a1")).toEqual(["q1", "a1"]);
    expect(ids("q1b")).toEqual(["q1b", "a4"]);
  });

  it("is the newest without a message, and when that is gone", () => {
    expect(ids(null)).toEqual(["q1b", "a4"]);
    expect(ids("gone")).toEqual(["q1b", "a4"]);
    expect(shownPath([], null)).toEqual([]);
  });

  it("tells which of its siblings each is, and what lies beside", () => {
    const [first, second, third] = shownPath(MESSAGES, "a3");

    expect(first).toMatchObject({ at: 1, count: 2, before: null, after: "q1b" });
    expect(second).toMatchObject({ at: 2, count: 2, before: "a1", after: null });
    expect(third).toMatchObject({ at: 1, count: 1, before: null, after: null });
  });

  it("begins with a message whose parent is not there, and ends in a circle", () => {
    expect(shownPath([said("x", "gone")], "x").map(({ message }) => message.id)).toEqual(["x"]);
    expect(shownPath([said("x", "y"), said("y", "x")], "x").length).toBeLessThan(6);
  });

  it("is found at once among ten thousand", () => {
    const many = Array.from({ length: 10_000 }, (_, at) =>
      said(`${at}`, at === 0 ? null : `${at - 1}`),
    );

    expect(shownPath(many, null)).toHaveLength(10_000);
  });
});

describe("what has changed", () => {
  it("takes the place of what it was, and what is new comes last", () => {
    const changed = withMessages(
      [
        { ...said("q", null), text: "?" },
        { ...said("a", "q"), text: "" },
      ],
      [
        { ...said("a", "q"), text: "So." },
        { ...said("b", "q"), text: "New." },
      ],
    );

    expect(changed.map(({ id, text }) => `${id} ${text}`)).toEqual(["q ?", "a So.", "b New."]);
  });
});
