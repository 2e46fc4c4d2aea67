import { formatPreview } from "../../model/format";
import "./InOut.css";

interface InOutProps {
  input: string;
  output: string;
}

/** The beginnings of input and output, below each other; nothing where both are empty. */
export function InOut({ input, output }: InOutProps) {
  if (input === "" && output === "") return null;
  return (
    <div className="in-out">
      {input !== "" && (
        <section>
          <h3>Input</h3>
          <p dir="auto">{formatPreview(input)}</p>
        </section>
      )}
      {output !== "" && (
        <section>
          <h3>Output</h3>
          <p dir="auto">{formatPreview(output)}</p>
        </section>
      )}
    </div>
  );
}
