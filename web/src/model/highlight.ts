/** Just enough syntax colouring for JSON, code and SQL: strings, numbers, comments, keywords. */

interface CodeToken {
  type: "plain" | "string" | "number" | "comment" | "keyword";
  text: string;
}

const KEYWORDS =
  "true|false|null|None|True|False|undefined|def|class|return|import|from|as|if|elif|else|for|while|in|not|and|or|" +
  "is|with|try|except|finally|raise|async|await|yield|lambda|const|let|var|function|export|type|interface|new|this|" +
  "select|where|group|order|by|limit|join|on|insert|into|values|update|delete|SELECT|FROM|WHERE|GROUP|ORDER|BY|LIMIT|" +
  "JOIN|ON|INSERT|INTO|VALUES|UPDATE|DELETE|AND|OR|NOT|AS|IN|IS|NULL";

const PATTERN = new RegExp(
  [
    String.raw`(?<comment>#[^\n]*|(?<!:)//[^\n]*|/\*[\s\S]*?\*/)`,
    String.raw`(?<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\x60(?:[^\x60\\]|\\.)*\x60)`,
    String.raw`(?<number>\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)`,
    String.raw`(?<keyword>\b(?:${KEYWORDS})\b)`,
  ].join("|"),
  "g",
);

/** Above this the colours cost more than they help. */
const MAX_CHARACTERS = 60_000;

/** The code cut into tokens; put together they are the code again. */
export function highlight(code: string): CodeToken[] {
  if (code.length > MAX_CHARACTERS) return [{ type: "plain", text: code }];
  const tokens: CodeToken[] = [];
  let at = 0;
  for (const found of code.matchAll(PATTERN)) {
    if (found.index > at) tokens.push({ type: "plain", text: code.slice(at, found.index) });
    tokens.push({ type: typeOf(found.groups ?? {}), text: found[0] });
    at = found.index + found[0].length;
  }
  if (at < code.length) tokens.push({ type: "plain", text: code.slice(at) });
  return tokens;
}

function typeOf(groups: Partial<Record<string, string>>): CodeToken["type"] {
  if (groups.comment !== undefined) return "comment";
  if (groups.string !== undefined) return "string";
  return groups.number !== undefined ? "number" : "keyword";
}
