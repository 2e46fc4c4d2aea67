/** Server-sent events read from slices of text (WHATWG HTML §9.2). */

export interface ServerEvent {
  name: string;
  data: string;
  /** The id that was sent last; null while none was. */
  lastId: string | null;
}

/** A reader to be fed the text as it comes; it gives the events that are complete. */
export function eventReader(firstId: string | null): (slice: string) => ServerEvent[] {
  let rest = "";
  let name = "";
  let data: string[] = [];
  let lastId = firstId;

  const readLine = (line: string): ServerEvent | null => {
    if (line === "") {
      const event = { name: name === "" ? "message" : name, data: data.join("\n"), lastId };
      const isEmpty = data.length === 0;
      name = "";
      data = [];
      return isEmpty ? null : event;
    }
    const [, field = "", value = ""] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (field === "event") name = value;
    if (field === "data") data.push(value);
    if (field === "id") lastId = value;
    return null;
  };
  return (slice) => {
    const lines = (rest + slice).split(/\r\n|\n|\r(?=.)/);
    rest = lines.pop() ?? "";
    return lines.flatMap((line) => readLine(line) ?? []);
  };
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/** How long to wait before asking again after so many failures: 1, 2, 4 … 30 s. */
export function waitAfter(failures: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** Math.max(failures - 1, 0), LONGEST_WAIT_MS);
}
