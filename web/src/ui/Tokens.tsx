import { formatCount, formatExact } from "../model/format";

interface TokensProps {
  input: number | null;
  output: number | null;
  /** Whether there is an output to be known: an embedding has none. */
  hasOutput: boolean;
}

/** `3.1k→412 tok`, `4 tok` without an output, exact on hover; nothing when neither is known. */
export function Tokens({ input, output, hasOutput }: TokensProps) {
  if (input === null && output === null) return null;
  if (output === null && !hasOutput) {
    return (
      <span className="number" title={`${formatExact(input ?? 0)} in`}>
        {formatCount(input ?? 0)}
        <span className="unit">tok</span>
      </span>
    );
  }
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
