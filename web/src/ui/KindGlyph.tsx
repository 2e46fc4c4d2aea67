import type { Kind } from "../model/kinds";
import "./KindGlyph.css";

const SHAPES: Record<Kind, string> = {
  llm: "M6 .8l1.4 3.8L11.2 6 7.4 7.4 6 11.2 4.6 7.4.8 6l3.8-1.4z",
  agent:
    "M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1m0 1.6a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8M6 4.4a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2",
  tool: "M3.2 1h5.6l2.8 5-2.8 5H3.2L.4 6zM6 4.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6",
  retriever:
    "M5 1a4 4 0 0 1 3.2 6.4l2.9 2.8-1 1-2.8-2.9A4 4 0 1 1 5 1m0 1.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5",
  reranker: "M1 1.8h10v1.8H1zM1 5.1h7v1.8H1zM1 8.4h4v1.8H1z",
  embedding:
    "M1 1h2.4v2.4H1zM4.8 1h2.4v2.4H4.8zM8.6 1H11v2.4H8.6zM1 4.8h2.4v2.4H1zM8.6 4.8H11v2.4H8.6zM1 8.6h2.4V11H1zM4.8 8.6h2.4V11H4.8zM8.6 8.6H11V11H8.6z",
  chain: "M1 4.2h4V3l3 3-3 3V7.8H1zM9.4 2H11v8H9.4z",
  guardrail: "M6 .8l4.6 1.6v3.2c0 2.8-1.8 4.7-4.6 5.7C3.2 10.3 1.4 8.4 1.4 5.6V2.4z",
  evaluator: "M4.6 10.4L.9 6.7l1.4-1.4 2.3 2.3 5.1-5.2 1.4 1.4z",
  http: "M8 1l3.4 2.8L8 6.6V4.7H1.4V2.9H8zM4 5.4v1.9h6.6v1.8H4V11L.6 8.2z",
  db: "M6 .8c2.6 0 4.6.8 4.6 1.9v6.6c0 1.1-2 1.9-4.6 1.9s-4.6-.8-4.6-1.9V2.7C1.4 1.6 3.4.8 6 .8M2.8 5v1.4c.6.5 1.8.8 3.2.8s2.6-.3 3.2-.8V5C8.4 5.3 7.3 5.5 6 5.500S3.6 5.3 2.8 5",
  other: "M6 3.400a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2",
};

/** What a span is, in shape and colour; the name is for screen readers and on hover. */
export function KindGlyph({ kind }: { kind: Kind }) {
  return (
    <svg className="kind-glyph" data-kind={kind} viewBox="0 0 12 12" role="img" aria-label={kind}>
      <title>{kind}</title>
      <path d={SHAPES[kind]} fillRule="evenodd" />
    </svg>
  );
}
