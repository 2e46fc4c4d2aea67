import type { Suggestion } from "../../model/filterFields";
import "./FilterSuggestions.css";
import "./Menu.css";

interface FilterSuggestionsProps {
  id: string;
  suggestions: readonly Suggestion[];
  active: number;
  onAccept: (suggestion: Suggestion) => void;
}

/** The list below the filter; chosen with the arrow keys, Tab, or the mouse. */
export function FilterSuggestions({ id, suggestions, active, onAccept }: FilterSuggestionsProps) {
  if (suggestions.length === 0)
    return <div id={id} role="listbox" aria-label="Suggestions" hidden />;
  return (
    <div id={id} className="menu filter-suggestions" role="listbox" aria-label="Suggestions">
      {suggestions.map((suggestion, index) => (
        <div
          key={suggestion.label}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          className="menu-item"
          onMouseDown={(event) => {
            // The input keeps the focus.
            event.preventDefault();
            onAccept(suggestion);
          }}
        >
          <span className="mono cut">{suggestion.label}</span>
          <span className="menu-note">{suggestion.note}</span>
        </div>
      ))}
    </div>
  );
}
