interface NewPasswordProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** A field for a password that is to be; its length is all that is asked of it. */
export function NewPassword({ label, value, onChange }: NewPasswordProps) {
  return (
    <label>
      {label}
      <input
        type="password"
        required
        minLength={10}
        maxLength={200}
        autoComplete="new-password"
        placeholder="at least 10 characters"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
