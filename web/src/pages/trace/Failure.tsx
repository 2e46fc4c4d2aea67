import type { SpanDetail } from "../../api/spans";
import { termFor } from "../../model/terms";
import { ListLink } from "../list/ListLink";
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
      <ListLink noun="failures" filter={kindOf(span)}>
        Where else it failed like this
      </ListLink>
      {span.error_stack !== "" && (
        <details>
          <summary>Stack</summary>
          <StackView stack={span.error_stack} />
        </details>
      )}
    </section>
  );
}

/** What failures of the same step and error have in common. */
function kindOf({ name, error_type: error }: SpanDetail): string {
  const named = termFor("name", name);
  return error === "" ? named : `${named} ${termFor("error", error)}`;
}
