interface DaysFieldProps {
  name: string;
  value: string;
  /** Else it may be empty, which means `empty`. */
  isRequired?: boolean;
  empty?: string;
  onChange: (value: string) => void;
}

/** A number of days. */
export function DaysField({
  name,
  value,
  isRequired = false,
  empty = "for ever",
  onChange,
}: DaysFieldProps) {
  return (
    <label>
      {name}
      <input
        type="number"
        min={1}
        max={36_500}
        required={isRequired}
        placeholder={isRequired ? "" : empty}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
