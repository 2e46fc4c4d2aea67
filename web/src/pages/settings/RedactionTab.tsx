import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { tryRedaction } from "../../api/redaction";
import { Button } from "../../ui/Button";
import { useSession } from "../useSession";
import { Tab } from "./Tab";
import "./RedactionTab.css";

const EXAMPLE =
  "Call Ann at +49 30 901820 or write to ann@example.org; her card is 4111 1111 1111 1111.";

/** Tries out what would be stored of a text. */
export function RedactionTab() {
  const { csrf } = useSession();
  const [text, setText] = useState(EXAMPLE);
  const attempt = useMutation({ mutationFn: () => tryRedaction(text, csrf) });
  return (
    <Tab
      title="Redaction"
      note="E-mail addresses, telephone numbers, payment cards and keys of well-known formats are replaced before anything is written. Try a text; it is not stored, and no log has it."
    >
      <form
        className="redaction"
        onSubmit={(event) => {
          event.preventDefault();
          attempt.mutate();
        }}
      >
        <textarea
          aria-label="Text to redact"
          rows={6}
          maxLength={65_536}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" variant="outlined" disabled={attempt.isPending || text === ""}>
          Redact
        </Button>
      </form>
      {attempt.error && <p role="alert">{attempt.error.message}</p>}
      {attempt.data && (
        <div className="redaction-result" role="status">
          <p>{describe(attempt.data.counts)}</p>
          <pre>{attempt.data.text}</pre>
        </div>
      )}
    </Tab>
  );
}

function describe(counts: Record<string, number>): string {
  const found = Object.entries(counts).map(([kind, count]) => `${count} × ${kind}`);
  return found.length === 0 ? "Nothing would be replaced." : `Replaced: ${found.join(", ")}.`;
}
