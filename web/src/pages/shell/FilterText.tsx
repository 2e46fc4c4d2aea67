import type { ReactNode } from "react";
import type { Token } from "../../model/filter";
import "./FilterText.css";

interface FilterTextProps {
  text: string;
  tokens: readonly Token[];
  /** How far the input's text has moved to the left, in pixels. */
  scrolled: number;
}

/** The filter's text in colour, drawn below the input that is typed into. */
export function FilterText({ text, tokens, scrolled }: FilterTextProps) {
  const pieces: ReactNode[] = [];
  let at = 0;
  for (const token of tokens) {
    pieces.push(text.slice(at, token.start), <Piece key={token.start} text={text} token={token} />);
    at = token.end;
  }
  return (
    <div
      className="filter-text"
      aria-hidden="true"
      style={{ transform: `translateX(${-scrolled}px)` }}
    >
      {pieces}
      {text.slice(at)}
    </div>
  );
}

function Piece({ text, token }: { text: string; token: Token }) {
  const written = text.slice(token.start, token.end);
  if (token.type !== "term") return <span data-token={token.type}>{written}</span>;
  const split = token.field.name.length;
  return (
    <>
      <span data-token="field">{written.slice(0, split)}</span>
      {written.slice(split)}
    </>
  );
}
