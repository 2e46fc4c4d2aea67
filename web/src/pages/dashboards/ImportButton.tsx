import { useRef, useState } from "react";
import { readDocument } from "../../model/dashboard";
import { Button } from "../../ui/Button";

const MAX_BYTES = 1_000_000;

/** Reads a file that was exported; the server says whether it is a dashboard. */
export function ImportButton({ onRead }: { onRead: (document: unknown) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState("");
  const read = async (file: File | undefined) => {
    if (!file) return;
    try {
      if (file.size > MAX_BYTES) throw new Error(`${file.name} is too large for a dashboard.`);
      onRead(readDocument(await file.text()));
      setProblem("");
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        accept="application/json,.json"
        aria-label="File of a dashboard"
        onChange={(event) => {
          void read(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <Button variant="outlined" onClick={() => input.current?.click()}>
        Import…
      </Button>
      {problem !== "" && (
        <p className="dashboards-trouble" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}
