import { useMemo, useState } from "react";
import { formatExact } from "../model/format";
import { diffWords, folded } from "../model/wordDiff";
import "./WordDiff.css";

interface WordDiffProps {
  first: string;
  second: string;
}

/** Two texts in one: what only the first has is struck through, what only the second has underlined. */
export function WordDiff({ first, second }: WordDiffProps) {
  const pieces = useMemo(() => folded(diffWords(first, second)), [first, second]);
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  return (
    <p className="word-diff" dir="auto">
      {pieces.map((piece, at) => {
        switch (piece.in) {
          case "first":
            return <del key={at}>{piece.text}</del>;
          case "second":
            return <ins key={at}>{piece.text}</ins>;
          case "both":
            return <span key={at}>{piece.text}</span>;
          case "hidden":
            return opened.has(at) ? (
              <span key={at}>{piece.text}</span>
            ) : (
              <button
                key={at}
                type="button"
                onClick={() => setOpened((before) => new Set([...before, at]))}
              >
                {formatExact(piece.text.length)} characters the same
              </button>
            );
        }
      })}
    </p>
  );
}
