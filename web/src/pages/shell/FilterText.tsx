import type { ReactNode } from "react";
import { type FilterProblem, type Token, tokensOf } from "../../model/filter";
import "./FilterText.css";

interface FilterTextProps {
  text: string;
  problem: FilterProblem | null;
  /** How far the input's text has moved to the left, in pixels. */
  scrolled: number;
}

/** The filter's text in colour, drawn below the input that is typed into. */
export function FilterText({ text, problem, scrolled }: FilterTextProps) {
  const pieces: ReactNode[] = [];
  const tokens = tokensOf(text);
  let at = 0;
  tokens.forEach((token, index) => {
    const isWrong = problem !== null && token.start < problem.end && token.end > problem.start;
    pieces.push(
      text.slice(at, token.start),
      <span
        key={token.start}
        data-token={isValue(token, tokens[index - 1]) ? "value" : token.kind}
        data-wrong={isWrong}
      >
        {token.text}
      </span>,
    );
    at = token.end;
  });
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

function isValue(token: Token, before: Token | undefined): boolean {
  return before?.kind === "operator" && before.end === token.start;
}
