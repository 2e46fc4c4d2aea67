/** An OpenAPI document as the lists that a reference page shows. */

export interface OpenApi {
  info: { title: string; version: string };
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: { schemas: Record<string, OpenApiSchema> };
}

interface OpenApiOperation {
  tags?: string[];
  description?: string;
  parameters?: OpenApiParameter[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
}

interface OpenApiParameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema: OpenApiSchema;
}

type Content = Record<string, { schema?: OpenApiSchema }>;

interface OpenApiSchema {
  type?: string;
  description?: string;
  enum?: string[];
  const?: string;
  $ref?: string;
  items?: OpenApiSchema;
  anyOf?: OpenApiSchema[];
  additionalProperties?: OpenApiSchema | boolean;
  properties?: Record<string, OpenApiSchema>;
  required?: string[];
}

export interface Row {
  name: string;
  type: string;
  required: boolean;
  note: string;
}

export interface Route {
  method: string;
  path: string;
  group: string;
  description: string;
  parameters: Row[];
  body: string;
  answer: string;
}

export interface Shape {
  name: string;
  description: string;
  fields: Row[];
}

export function routesOf(document: OpenApi): Route[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      group: operation.tags?.[0] ?? "other",
      description: operation.description ?? "",
      parameters: (operation.parameters ?? []).map((parameter) => ({
        name: parameter.name,
        type: typeOf(parameter.schema),
        required: parameter.required ?? false,
        note: parameter.description ?? "",
      })),
      body: typeOfContent(operation.requestBody?.content),
      answer: typeOfContent(successOf(operation)),
    })),
  );
}

export function shapesOf(document: OpenApi): Shape[] {
  return Object.entries(document.components.schemas).map(([name, schema]) => ({
    name,
    description: schema.description ?? "",
    fields: Object.entries(schema.properties ?? {}).map(([field, type]) => ({
      name: field,
      type: typeOf(type),
      required: schema.required?.includes(field) ?? false,
      note: type.description ?? "",
    })),
  }));
}

/** A type as one would write it: `string | null`, `TraceRow[]`, `"asc" | "desc"`. */
export function typeOf(schema: OpenApiSchema): string {
  if (schema.$ref !== undefined) return schema.$ref.split("/").at(-1) ?? "";
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join(" | ");
  if (schema.type === "array") return arrayOf(typeOf(schema.items ?? {}));
  if (typeof schema.additionalProperties === "object") {
    return `{string: ${typeOf(schema.additionalProperties)}}`;
  }
  return schema.type ?? "any";
}

function arrayOf(type: string): string {
  return type.includes(" | ") ? `(${type})[]` : `${type}[]`;
}

function successOf(operation: OpenApiOperation): Content | undefined {
  const status = Object.keys(operation.responses).find((code) => code.startsWith("2"));
  return operation.responses[status ?? ""]?.content;
}

function typeOfContent(content: Content | undefined): string {
  const schema = content?.["application/json"]?.schema;
  return schema ? typeOf(schema) : Object.keys(content ?? {}).join(", ");
}
