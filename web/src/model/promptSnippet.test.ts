import { expect, it } from "vitest";
import { curlCommand, pythonProgram } from "./promptSnippet";

const WHERE = { origin: "http://localhost:4318", project: "demo" };

it("writes a program with the prompt's own variables", () => {
  const program = pythonProgram(
    { name: 'support/"answer"', label: "staging", template: "{{question}} {{größe}}" },
    WHERE,
  );
  expect(program).toContain('clearspan.prompt("support/\\"answer\\"", label="staging")');
  expect(program).toContain('text = prompt.compile(question="…", größe="…")');
});

it("gives as a mapping what Python takes for no name", () => {
  const template = [{ role: "user", content: "{{1st}} {{class}}" }];
  const program = pythonProgram({ name: "x", label: "production", template }, WHERE);
  expect(program).toContain('messages = prompt.compile(**{"1st": "…", "class": "…"})');
  expect(program).toContain('clearspan.prompt("x")');
});

it("writes a command that keeps a first prompt", () => {
  expect(curlCommand(WHERE)).toContain("http://localhost:4318/api/v1/prompts");
});
