import { Link } from "@tanstack/react-router";
import type { SpanDetail } from "../../api/spans";
import "./PlaygroundLink.css";

/** From a model call to its request, to be changed and asked again. */
export function PlaygroundLink({ span }: { span: SpanDetail }) {
  if (span.kind !== "llm") return null;
  return (
    <Link
      className="span-playground"
      to="/p/$project/playground"
      params={{ project: span.project }}
      search={{ trace: span.trace_id, span: span.span_id }}
    >
      Open in playground
    </Link>
  );
}
