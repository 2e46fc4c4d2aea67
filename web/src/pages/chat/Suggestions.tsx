import "./Suggestions.css";

const SUGGESTIONS = [
  "Explain what a token is, and why it decides what a call costs.",
  "Write a Python function that retries a call with growing waits.",
  "Compare three ways to store embeddings, as a table.",
  "List what can go wrong when an answer is streamed.",
] as const;

interface SuggestionsProps {
  isBusy: boolean;
  onAsk: (text: string) => void;
}

/** What an empty conversation can begin with. */
export function Suggestions({ isBusy, onAsk }: SuggestionsProps) {
  return (
    <div className="suggestions">
      <h2>Talk to a model</h2>
      <p>
        Each call is recorded like those of your programs: with its trace, tokens, cost and time.
      </p>
      <ul aria-label="Suggestions">
        {SUGGESTIONS.map((text) => (
          <li key={text}>
            <button type="button" disabled={isBusy} onClick={() => onAsk(text)}>
              {text}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
