import { Dialog } from "../../ui/Dialog";
import "./Help.css";

const KEYS = [
  { keys: ["⌘ K", "Ctrl K"], does: "Command palette" },
  { keys: ["/"], does: "Filter; find in the trace on a trace page" },
  { keys: ["j", "k"], does: "Next and previous row" },
  { keys: ["Enter"], does: "Open the row" },
  { keys: ["p"], does: "Show or close the panel beside the list" },
  { keys: ["x", "⇧ ↓"], does: "Select the row; the rows down to the next" },
  { keys: ["c"], does: "Compare two selected traces; a trace with a good one" },
  { keys: ["e"], does: "Export the list, or what is selected" },
  { keys: ["f"], does: "Show or hide the facets" },
  { keys: ["[", "]"], does: "Previous and next span, or match" },
  { keys: ["n", "N"], does: "Next and previous match in the trace" },
  { keys: ["e", "E"], does: "Next and previous failed step of the trace" },
  { keys: ["←", "→"], does: "Fold and unfold a span" },
  { keys: ["Space", "e"], does: "Replay: play or pause; the next failure" },
  { keys: ["1", "4"], does: "What-if: the first to the fourth preset" },
  { keys: ["Esc"], does: "Close what is open" },
  { keys: ["?"], does: "This page" },
];

const FILTERS = [
  { text: "kind:llm model:gpt-4o", does: "traces with such a span" },
  { text: "status:(error OR cancelled)", does: "either of the two" },
  { text: "latency>2s cost>0.05", does: "slow and expensive" },
  { text: "tokens>10k -user:ann", does: "large requests of all but one user" },
  { text: '"refund policy"', does: "the phrase, in inputs, outputs and errors" },
];

/** The keyboard and the filter language on one page. */
export function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog label="Keyboard and filters" onClose={onClose}>
      <div className="help">
        <section>
          <h2>Keyboard</h2>
          <dl>
            {KEYS.map(({ keys, does }) => (
              <div key={does}>
                <dt>
                  {keys.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section>
          <h2>Filters</h2>
          <dl>
            {FILTERS.map(({ text, does }) => (
              <div key={text}>
                <dt>
                  <code>{text}</code>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </Dialog>
  );
}
