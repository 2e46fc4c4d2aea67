import { describe, expect, test } from "vitest";
import { mergeFirstPage, type Page } from "./livePages";

interface Row {
  id: string;
  status?: string;
}

const idOf = ({ id }: Row) => id;

function page(ids: string, next_cursor: string | null = null): Page<Row> {
  return { rows: ids.split(" ").map((id) => ({ id })), next_cursor };
}

function shown({ pages }: { pages: Page<Row>[] }): string {
  return pages.flatMap(({ rows }) => rows.map(idOf)).join(" ");
}

describe("a fresh first page", () => {
  test("puts new rows on top and counts them", () => {
    const merge = mergeFirstPage([page("c b", "1"), page("a")], page("e d c", "1"), idOf);

    expect(shown(merge)).toBe("e d c b a");
    expect(merge.added).toBe(2);
  });

  test("renews known rows wherever they stand", () => {
    const fresh = { rows: [{ id: "a", status: "ok" }], next_cursor: null };

    const merge = mergeFirstPage([page("b", "1"), page("a")], fresh, idOf);

    expect(merge.pages[1]?.rows).toEqual([{ id: "a", status: "ok" }]);
    expect(merge.added).toBe(0);
  });

  test("leaves rows that did not change as they are", () => {
    const known = page("b a");

    const merge = mergeFirstPage([known], page("b a"), idOf);

    expect(merge.pages[0]?.rows[1]).toBe(known.rows[1]);
  });

  test("starts the list again when it shares nothing with it", () => {
    const merge = mergeFirstPage([page("b a")], page("z y", "2"), idOf);

    expect(shown(merge)).toBe("z y");
  });

  test("brings known rows to the top where something new of them counts", () => {
    const pages = [page("c b", "1"), page("a")];

    const merge = mergeFirstPage(pages, page("a d c", "1"), idOf, "rise");

    expect(shown(merge)).toBe("a d c b");
    expect(merge.added).toBe(1);
    expect(merge.pages[0]?.next_cursor).toBe("1");
  });

  test("is the list when there was none", () => {
    const merge = mergeFirstPage([{ rows: [], next_cursor: null }], page("b a"), idOf);

    expect(shown(merge)).toBe("b a");
  });

  test("goes on where it ends itself when there was none", () => {
    const merge = mergeFirstPage([{ rows: [], next_cursor: null }], page("b a", "1"), idOf);
    expect(merge.pages.at(-1)?.next_cursor).toBe("1");
  });

  test("changes nothing when it is empty", () => {
    const merge = mergeFirstPage([page("b a")], { rows: [], next_cursor: null }, idOf);

    expect(shown(merge)).toBe("b a");
  });
});
