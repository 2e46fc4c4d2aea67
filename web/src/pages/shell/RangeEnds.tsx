import { type SubmitEvent, useState } from "react";
import { endsOf, localInput, type Range, rangeBetween } from "../../model/range";
import { Button } from "../../ui/Button";

interface RangeEndsProps {
  range: Range;
  onChoose: (range: Range) => void;
}

const DAY_MS = 86_400_000;

/** Both ends of a range as dates and times, to the millisecond. */
export function RangeEnds({ range, onChoose }: RangeEndsProps) {
  const [ends, setEnds] = useState(() => {
    const now = Date.now();
    const { fromMs, toMs } = endsOf(range, now) ?? { fromMs: now - DAY_MS, toMs: now };
    return { from: localInput(fromMs), to: localInput(toMs) };
  });
  const meant = rangeBetween(ends.from, ends.to);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (meant) onChoose(meant);
  };
  return (
    <form className="range-form" onSubmit={submit}>
      {(["from", "to"] as const).map((end) => (
        <label key={end}>
          {end === "from" ? "From" : "To"}
          <input
            type="datetime-local"
            step="0.001"
            value={ends[end]}
            aria-invalid={meant === null}
            onChange={(event) => setEnds({ ...ends, [end]: event.target.value })}
          />
        </label>
      ))}
      <footer>
        <p>{meant === null ? "The end must come after the beginning." : ""}</p>
        <Button type="submit" variant="outlined" disabled={meant === null}>
          Apply
        </Button>
      </footer>
    </form>
  );
}
