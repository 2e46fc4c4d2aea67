/** Programs that use a prompt, to be copied. */

import { variablesOf } from "./promptText";

interface Used {
  name: string;
  label: string;
  template: unknown;
}

interface Where {
  origin: string;
  project: string;
}

const KEYWORD = /^(?!\d)[\p{L}\p{N}_]+$/u;
const RESERVED = new Set(
  "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield".split(
    " ",
  ),
);

/** A Python program that fills a prompt in with the SDK; calls in the block carry its name and version. */
export function pythonProgram({ name, label, template }: Used, { origin, project }: Where): string {
  const labelled = label === "production" ? "" : `, label=${quoted(label)}`;
  const filled = `prompt.compile(${argumentsOf(variablesOf(template))})`;
  return [
    "import clearspan",
    "",
    "# The key is read from CLEARSPAN_KEY.",
    `clearspan.init(endpoint=${quoted(origin)}, project=${quoted(project)})`,
    `prompt = clearspan.prompt(${quoted(name)}${labelled})`,
    "with prompt:  # model calls in here carry its name and version",
    `    ${typeof template === "string" ? "text" : "messages"} = ${filled}`,
  ].join("\n");
}

/** The first version of a prompt, kept by a command. */
export function curlCommand({ origin, project }: Where): string {
  const body =
    '{"name": "greet", "template": "Greet {{name}} in one sentence.", "labels": ["production"]}';
  return [
    `curl ${origin}/api/v1/prompts \\`,
    '  -H "authorization: Bearer $CLEARSPAN_KEY" \\',
    '  -H "content-type: application/json" \\',
    `  -H "x-clearspan-project: ${project}" \\`,
    `  -d '${body}'`,
  ].join("\n");
}

function argumentsOf(names: readonly string[]): string {
  if (names.every((name) => KEYWORD.test(name) && !RESERVED.has(name))) {
    return names.map((name) => `${name}="…"`).join(", ");
  }
  return `**{${names.map((name) => `${quoted(name)}: "…"`).join(", ")}}`;
}

/** As a literal of Python, which reads JSON's texts as its own. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
