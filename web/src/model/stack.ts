/** A stack trace of Python, JavaScript or Java cut into frames, those of libraries apart. */

interface Frame {
  /** Where it is: file and line as they were written. */
  place: string;
  name: string;
  /** Lines of source that came with it. */
  code: string[];
}

export type StackPart =
  { type: "text"; text: string } | { type: "frames"; frames: Frame[]; isLibrary: boolean };

const PYTHON = /^\s*File "(?<file>[^"]{1,1000})", line (?<line>\d+)(?:, in (?<name>.+))?$/;
const AT = /^\s*at (?:(?<name>[^()]{1,500}) )?\(?(?<place>[^()\s][^()]{0,1000})\)?$/;
const LIBRARY =
  /site-packages|dist-packages|node_modules|[/\\]lib[/\\]python\d|<frozen |^node:|internal[/\\]|importlib/;
/** A longer stack is cut: its middle says nothing that its ends do not. */
const MOST_LINES = 2000;

/** Text and frames in their order; frames in a row that are all a library's, or all one's own, are one part. */
export function stackParts(stack: string): StackPart[] {
  const parts: StackPart[] = [];
  let frame: Frame | null = null;
  for (const line of stack.split("\n").slice(0, MOST_LINES)) {
    const found = frameOf(line);
    if (found) {
      frame = found;
      addFrame(parts, found);
    } else if (frame && /^\s{2,}\S/.test(line)) {
      frame.code.push(line.trim());
    } else {
      frame = null;
      addText(parts, line);
    }
  }
  return parts;
}

function frameOf(line: string): Frame | null {
  const python = PYTHON.exec(line)?.groups;
  if (python) {
    return { place: `${python.file}:${python.line}`, name: python.name ?? "", code: [] };
  }
  const other = AT.exec(line)?.groups;
  return other ? { place: other.place ?? "", name: other.name ?? "", code: [] } : null;
}

function addFrame(parts: StackPart[], frame: Frame): void {
  const isLibrary = LIBRARY.test(frame.place);
  const last = parts.at(-1);
  if (last?.type === "frames" && last.isLibrary === isLibrary) last.frames.push(frame);
  else parts.push({ type: "frames", frames: [frame], isLibrary });
}

function addText(parts: StackPart[], line: string): void {
  const last = parts.at(-1);
  if (last?.type === "text") last.text += `\n${line}`;
  else if (line !== "") parts.push({ type: "text", text: line });
}
