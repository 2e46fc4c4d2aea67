import { describe, expect, it } from "vitest";
import { csvOf, jsonOf, markdownOf } from "./sqlFiles";

const column = (name: string, type = "String") => ({ name, type });

describe("CSV", () => {
  it("disarms what a spreadsheet would run, but no number", () => {
    const columns = [column("text"), column("sum", "Int64")];
    const rows = ["=1+1", "+x", "-x", "@x", "\tx"].map((text) => [text, "-5"]);

    expect(csvOf({ columns, rows })).toBe(
      "text,sum\r\n'=1+1,-5\r\n'+x,-5\r\n'-x,-5\r\n'@x,-5\r\n'\tx,-5\r\n",
    );
  });

  it("disarms the name of a column, too, for a link may bring the query", () => {
    expect(csvOf({ columns: [column("=HYPERLINK(1)", "UInt8")], rows: [[1]] })).toBe(
      "'=HYPERLINK(1)\r\n1\r\n",
    );
  });

  it("quotes what would end a cell, leaves null empty and writes lists as JSON", () => {
    const columns = [column("a"), column("b"), column("c", "Array(String)")];

    expect(csvOf({ columns, rows: [['say "hi", twice', null, ["x", "y"]]] })).toBe(
      'a,b,c\r\n"say ""hi"", twice",,"[""x"",""y""]"\r\n',
    );
  });
});

it("writes JSON an object a row, and loses no column of two with one name", () => {
  const columns = [column("n", "UInt8"), column("n", "UInt8")];

  expect(JSON.parse(jsonOf({ columns, rows: [[1, 2]] }))).toEqual([{ n: 1, n_2: 2 }]);
});

it("writes a Markdown table in which no cell breaks out", () => {
  const table = { columns: [column("a"), column("n", "UInt8")], rows: [["x | y\nz", null]] };

  expect(markdownOf(table)).toBe("| a | n |\n| --- | ---: |\n| x \\| y z |  |\n");
});
