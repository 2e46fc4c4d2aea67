import { expect, test } from "vitest";
import { type Arrived, logName, MOST_ARRIVED, withArrived } from "./logFeed";

const NOTHING: Arrived<{ id: string }> = { rows: [], added: 0 };

function page(ids: readonly string[], next_cursor: string | null = null) {
  return { rows: ids.map((id) => ({ id })), next_cursor };
}

test("records that arrive come on top, each once", () => {
  const first = withArrived(NOTHING, page(["a"]).rows, page(["c", "b", "a"], "more"));
  const then = withArrived(first ?? NOTHING, page(["a"]).rows, page(["d", "c", "b"], "more"));

  expect(then).toEqual({ rows: page(["d", "c", "b"]).rows, added: 3 });
});

test("a page without anything new leaves all as it is", () => {
  expect(withArrived(NOTHING, page(["a"]).rows, page(["a"]))).toBe(NOTHING);
});

test("a page that knows nothing of the list means that some are missing", () => {
  expect(withArrived(NOTHING, page(["a"]).rows, page(["c", "b"], "more"))).toBeNull();
  expect(withArrived(NOTHING, [], page(["c", "b"], "more"))?.added).toBe(2);
});

test("what arrives is bounded", () => {
  const many = Array.from({ length: MOST_ARRIVED }, (_, at) => `m${at}`);
  const full: Arrived<{ id: string }> = { rows: page(many).rows, added: MOST_ARRIVED };

  expect(withArrived(full, [], page(["new", "m0"], "more"))).toBeNull();
});

test("a record without words is called by its event", () => {
  expect(logName({ message: " ", event_name: "app.checkout" })).toBe("app.checkout");
  expect(logName({ message: "hello", event_name: "app.checkout" })).toBe("hello");
});
