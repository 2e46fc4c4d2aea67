import { ApiError } from "../../api/client";
import { Button } from "../../ui/Button";
import { CopyButton } from "../../ui/CopyButton";
import { Notice } from "../../ui/Notice";

interface FailedListProps {
  /** What could not be had: "traces". */
  what: string;
  error: Error;
  onRetry: () => void;
}

/** What the server said, the id under which its log has it, and another try. */
export function FailedList({ what, error, onRetry }: FailedListProps) {
  const requestId = error instanceof ApiError ? error.requestId : "";
  return (
    <Notice title={`The ${what} could not be listed`} tone="error">
      <p>{error.message}</p>
      {requestId !== "" && (
        <p>
          Request <CopyButton text={requestId} what="request id" shown={requestId} />
        </p>
      )}
      <Button variant="outlined" onClick={onRetry}>
        Try again
      </Button>
    </Notice>
  );
}
