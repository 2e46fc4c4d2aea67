import { expect, test } from "vitest";
import { routesOf, typeOf } from "./openapi";

test.each([
  [{ type: "string" }, "string"],
  [{ $ref: "#/components/schemas/TraceRow" }, "TraceRow"],
  [{ type: "array", items: { $ref: "#/x/Span" } }, "Span[]"],
  [{ anyOf: [{ type: "integer" }, { type: "null" }] }, "integer | null"],
  [{ type: "array", items: { enum: ["a", "b"] } }, '("a" | "b")[]'],
  [{ type: "object", additionalProperties: { type: "integer" } }, "{string: integer}"],
  [{}, "any"],
])("the schema %j reads as %s", (schema, text) => {
  expect(typeOf(schema)).toBe(text);
});

test("a route tells its parameters, what it takes and what it gives", () => {
  const json = (name: string) => ({ "application/json": { schema: { $ref: `#/x/${name}` } } });

  const [route] = routesOf({
    info: { title: "t", version: "1" },
    components: { schemas: {} },
    paths: {
      "/keys": {
        post: {
          tags: ["projects"],
          description: "A new key.",
          parameters: [{ name: "project", in: "query", schema: { type: "string" } }],
          requestBody: { content: json("KeyRequest") },
          responses: { "201": { content: json("KeyCreated") }, "4XX": { content: json("Error") } },
        },
      },
    },
  });

  expect(route).toEqual({
    method: "POST",
    path: "/keys",
    group: "projects",
    description: "A new key.",
    parameters: [{ name: "project", type: "string", required: false, note: "" }],
    body: "KeyRequest",
    answer: "KeyCreated",
  });
});
