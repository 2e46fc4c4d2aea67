import { formatDuration } from "../../model/format";
import type { CacheBreak } from "../../model/turns";
import "./CacheNote.css";

/** Why fewer tokens came from the provider's prompt cache than in the call before. */
export function CacheNote({ broken }: { broken: CacheBreak }) {
  return (
    <section className="cache-note" aria-label="Prompt cache">
      <p>
        <b>Fewer tokens came from the prompt cache.</b> {reason(broken)}
      </p>
      {broken.reason === "message" && (
        <dl>
          <dt>before</dt>
          <dd dir="auto">{broken.before === "" ? "no such message" : broken.before}</dd>
          <dt>now</dt>
          <dd dir="auto">{broken.now === "" ? "no such message" : broken.now}</dd>
        </dl>
      )}
    </section>
  );
}

function reason(broken: CacheBreak): string {
  switch (broken.reason) {
    case "model":
      return `The model is another one: ${broken.before} before, ${broken.now} now.`;
    case "tools":
      return "The tool definitions, which come before all messages, are not the same.";
    case "message":
      return `Message ${broken.index + 1} (${broken.role}) is the first that differs.`;
    case "age":
      return `All that was sent before was sent again, ${formatDuration(broken.elapsedNs)} later: the cache may have expired.`;
  }
}
