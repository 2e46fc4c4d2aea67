import { formatCount, formatExact } from "../model/format";

interface TokensProps {
  input: number | null;
  output: number | null;
}

/** `3.1k→412 tok`, exact on hover; nothing when neither is known. */
export function Tokens({ input, output }: TokensProps) {
  if (input === null && output === null) return null;
  const shown = (count: number | null) => (count === null ? "?" : formatCount(count));
  const exact = (count: number | null) => (count === null ? "unknown" : formatExact(count));
  return (
    <span className="number" title={`${exact(input)} in, ${exact(output)} out`}>
      {shown(input)}
      <span className="unit">→</span>
      {shown(output)}
      <span className="unit">tok</span>
    </span>
  );
}
