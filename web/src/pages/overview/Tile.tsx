import { type Figure, formatChange } from "../../model/format";
import "./Tile.css";

interface TileProps {
  name: string;
  figure: Figure;
  /** Against the window before, as a share of it; null when it cannot be told. */
  change: number | null;
  note: string;
  isBad?: boolean;
  onClick?: () => void;
}

/** One total. */
export function Tile({ name, figure, change, note, isBad = false, onClick }: TileProps) {
  const content = (
    <>
      <h2>{name}</h2>
      <p className="tile-value number" data-bad={isBad}>
        {figure.value}
        {figure.unit !== "" && <span className="unit">{figure.unit}</span>}
        {change !== null && (
          <span className="tile-change" title="Against the window before">
            {formatChange(change)}
          </span>
        )}
      </p>
      <p className="tile-note number">{note}</p>
    </>
  );
  return onClick ? (
    <button type="button" className="tile" onClick={onClick}>
      {content}
    </button>
  ) : (
    <div className="tile">{content}</div>
  );
}
