import "./Segments.css";

interface SegmentsProps<Choice extends string> {
  label: string;
  choices: readonly Choice[];
  chosen: Choice;
  nameOf: (choice: Choice) => string;
  onChoose: (choice: Choice) => void;
}

/** A few choices side by side, one of them in force. */
export function Segments<Choice extends string>(props: SegmentsProps<Choice>) {
  return (
    <div className="segments" role="group" aria-label={props.label}>
      {props.choices.map((choice) => (
        <button
          key={choice}
          type="button"
          aria-pressed={choice === props.chosen}
          onClick={() => props.onChoose(choice)}
        >
          {props.nameOf(choice)}
        </button>
      ))}
    </div>
  );
}
