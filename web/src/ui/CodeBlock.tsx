import { highlight } from "../model/highlight";
import { CopyButton } from "./CopyButton";
import "./CodeBlock.css";

interface CodeBlockProps {
  code: string;
  /** Wraps long lines instead of scrolling them. */
  wrap?: boolean;
}

/** Code or JSON, coloured, with a button that copies it. */
export function CodeBlock({ code, wrap = false }: CodeBlockProps) {
  return (
    <div className="code-block" data-wrap={wrap}>
      <pre tabIndex={0}>
        <code>
          {highlight(code).map((token, index) =>
            token.type === "plain" ? (
              token.text
            ) : (
              <span key={index} data-code={token.type}>
                {token.text}
              </span>
            ),
          )}
        </code>
      </pre>
      <CopyButton text={code} what="code" />
    </div>
  );
}
