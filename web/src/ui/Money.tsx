import { formatMoney } from "../model/format";

/** US dollars with enough digits to be non-zero, all of them on hover. */
export function Money({ dollars }: { dollars: string | null }) {
  if (dollars === null) return null;
  return (
    <span className="number" title={`$${dollars}`}>
      {formatMoney(dollars)}
    </span>
  );
}
