interface DaysFieldProps {
  name: string;
  value: string;
  /** Else it may be empty, which is for ever. */
  isRequired?: boolean;
  onChange: (value: string) => void;
}

/** A number of days. */
export function DaysField({ name, value, isRequired = false, onChange }: DaysFieldProps) {
  return (
    <label>
      {name}
      <input
        type="number"
        min={1}
        max={36_500}
        required={isRequired}
        placeholder={isRequired ? "" : "for ever"}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
