import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { tryRedaction } from "../../api/redaction";
import { describeCounts, pieces, typeName } from "../../model/redaction";
import { Button } from "../../ui/Button";
import { useSession } from "../useSession";

const EXAMPLE =
  "Call Ann at +49 30 901820 or write to ann@example.org; her card is 4111 1111 1111 1111.";

/** Tries out what would be stored of a text. */
export function RedactionTry({ project }: { project: string }) {
  const { csrf } = useSession();
  const [text, setText] = useState(EXAMPLE);
  const attempt = useMutation({ mutationFn: () => tryRedaction(project, text, csrf) });
  return (
    <section className="redaction" aria-label="Try">
      <h3>Try a text</h3>
      <p className="tab-note">By the rules of this project. It is not stored, and no log has it.</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          attempt.mutate();
        }}
      >
        <textarea
          aria-label="Text to redact"
          rows={4}
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
          {attempt.data.capture === "metadata" && (
            <p>This project keeps metadata only: of texts in spans nothing would be stored.</p>
          )}
          <Redacted text={attempt.data.text} />
        </div>
      )}
    </section>
  );
}

function Redacted({ text }: { text: string }) {
  return (
    <pre>
      {pieces(text).map((piece, at) =>
        piece.type === "" ? (
          piece.text
        ) : (
          // Pieces never change their places: a text is redacted as a whole.
          <mark key={at} title={typeName(piece.type)}>
            {piece.text}
          </mark>
        ),
      )}
    </pre>
  );
}

function describe(counts: Record<string, number>): string {
  const found = describeCounts(counts);
  return found === "" ? "Nothing would be replaced." : `Replaced: ${found}.`;
}
