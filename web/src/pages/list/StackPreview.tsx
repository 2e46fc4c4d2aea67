import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { spanQuery } from "../../api/spans";
import { Button } from "../../ui/Button";
import { CodeBlock } from "../../ui/CodeBlock";

interface StackPreviewProps {
  project: string;
  traceId: string;
  spanId: string;
}

/** Lines of a stack that tell where it came from. */
const SHOWN_LINES = 40;

/** The end of a span's stack; fetched, with the rest of the span, only when it is asked for. */
export function StackPreview({ project, traceId, spanId }: StackPreviewProps) {
  const [isOpen, setOpen] = useState(false);
  const { data, error } = useQuery({ ...spanQuery(project, traceId, spanId), enabled: isOpen });
  if (!isOpen) {
    return (
      <p>
        <Button variant="outlined" onClick={() => setOpen(true)}>
          Show the stack
        </Button>
      </p>
    );
  }
  if (error) return <p role="alert">{error.message}</p>;
  if (!data) return null;
  if (data.error_stack === "") return <p>No stack was sent.</p>;
  const lines = data.error_stack.trimEnd().split("\n");
  return (
    <section>
      <h3>Stack</h3>
      <CodeBlock code={lines.slice(-SHOWN_LINES).join("\n")} />
    </section>
  );
}
