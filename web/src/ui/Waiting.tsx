import "./Waiting.css";

/** Grey lines in place of `rows` rows, invisible for the first 150 ms. */
export function Waiting({ rows = 8 }: { rows?: number }) {
  return (
    <div className="waiting" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <i key={row} style={{ width: `${35 + ((row * 37) % 55)}%` }} />
      ))}
    </div>
  );
}
