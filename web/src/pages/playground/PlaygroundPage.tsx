import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { playgroundRequestQuery } from "../../api/playground";
import { draftOf, EMPTY_DRAFT } from "../../model/playground";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { Playground } from "./Playground";

/** The playground: with the request of a model call, or empty. */
export function PlaygroundPage() {
  const { project } = useParams({ from: "/p/$project" });
  const { trace = "", span = "" } = useSearch({ from: "/p/$project/playground" });
  const isOfSpan = trace !== "" && span !== "";
  const asked = useQuery({
    ...playgroundRequestQuery(project, trace, span),
    enabled: isOfSpan,
  });
  if (!isOfSpan) return <Playground project={project} first={EMPTY_DRAFT} origin={null} />;
  if (asked.error) {
    return (
      <Notice title="The request of this call could not be read" tone="error">
        <p>{asked.error.message}</p>
        <Button variant="outlined" onClick={() => void asked.refetch()}>
          Try again
        </Button>
      </Notice>
    );
  }
  if (!asked.data) return <Waiting rows={8} />;
  return (
    <Playground
      key={`${trace} ${span}`}
      project={project}
      first={draftOf(asked.data)}
      origin={{ ...asked.data, traceId: trace, spanId: span }}
    />
  );
}
