import type { SpanDetail } from "../../api/spans";
import { StackView } from "./StackView";
import "./Failure.css";

/** The error before anything else: its kind, its message, and the stack folded. */
export function Failure({ span }: { span: SpanDetail }) {
  return (
    <section className="failure" role="alert">
      <h4>
        {span.error_type === "" ? "Error" : span.error_type}
        {span.error_class !== "" && <span>{span.error_class.replaceAll("_", " ")}</span>}
      </h4>
      <p dir="auto">{span.error_message}</p>
      {span.error_stack !== "" && (
        <details>
          <summary>Stack</summary>
          <StackView stack={span.error_stack} />
        </details>
      )}
    </section>
  );
}
