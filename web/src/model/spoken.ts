/** What a span was given and said as plain text, for comparing; ids are left out. */

import type { ChatMessage, MessagePart } from "./conversation";

export interface Saying {
  input: unknown;
  output: unknown;
  input_messages: readonly ChatMessage[] | null;
  output_messages: readonly ChatMessage[] | null;
  retrieval_query: string;
  documents: readonly { id: string; content: string }[];
  parameters: unknown;
  tool_definitions: unknown;
  tool_arguments: unknown;
  tool_result: unknown;
  prompt_name: string;
  prompt_version: string;
  request_model: string;
  response_model: string;
  finish_reason: string;
  status: string;
  error_type: string;
  error_message: string;
}

interface Said {
  title: string;
  text: string;
}

/** Each part of what a span says under its title, in the order in which it happened; what is empty, too. */
export function saidOf(span: Saying): Said[] {
  const documents = span.documents.map(({ id, content }) => (id ? `[${id}] ${content}` : content));
  const error = [span.error_type, span.error_message].filter((text) => text !== "").join(": ");
  return [
    { title: "Model", text: span.request_model },
    { title: "Prompt", text: [span.prompt_name, span.prompt_version].join(" ").trim() },
    { title: "Parameters", text: valueText(span.parameters) },
    { title: "Tools offered", text: valueText(span.tool_definitions) },
    { title: "Query", text: span.retrieval_query },
    { title: "Arguments", text: valueText(span.tool_arguments) },
    { title: "Input", text: conversationText(span.input_messages, span.input) },
    { title: "Documents", text: documents.join("\n") },
    { title: "Result", text: valueText(span.tool_result) },
    { title: "Output", text: conversationText(span.output_messages, span.output) },
    { title: "Answered by", text: span.response_model },
    { title: "Finish", text: span.finish_reason },
    { title: "Status", text: error === "" ? span.status : `${span.status}, ${error}` },
  ];
}

function conversationText(messages: readonly ChatMessage[] | null, value: unknown): string {
  if (!messages) return valueText(value);
  return messages
    .map(({ role, parts }) => `${role}: ${parts.map(partText).join("\n")}`)
    .join("\n\n");
}

function partText({ type, content, name, data }: MessagePart): string {
  const value = data === null || data === undefined ? content : valueText(data);
  if (type === "tool_call") return `→ ${name} ${value}`;
  if (type === "tool_result") return `← ${value}`;
  return type === "text" || type === "reasoning" ? content : `[${type}] ${value}`;
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
