import { useState } from "react";
import { rowHeights, type RowHeights } from "../model/rowHeights";

/** The heights of rows, by memoised guesses; with other guesses, what was measured of the rows before stays. */
export function useRowHeights(guesses: readonly number[]): RowHeights {
  const [known, setKnown] = useState(() => ({ guesses, heights: rowHeights(guesses) }));
  if (known.guesses === guesses) return known.heights;
  const heights = rowHeights(guesses, known.heights);
  setKnown({ guesses, heights });
  return heights;
}
