import type { Days } from "../../model/repricing";

interface HistoryDaysProps {
  days: Days;
  onChange: (days: Days) => void;
}

/** The first and the last day that are asked for. */
export function HistoryDays({ days, onChange }: HistoryDaysProps) {
  return (
    <>
      <label>
        From
        <input
          type="date"
          value={days.from}
          onChange={(event) => onChange({ ...days, from: event.target.value })}
        />
      </label>
      <label>
        To (else today)
        <input
          type="date"
          value={days.to}
          min={days.from}
          onChange={(event) => onChange({ ...days, to: event.target.value })}
        />
      </label>
    </>
  );
}
