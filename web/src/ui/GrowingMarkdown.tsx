import { memo } from "react";
import { settledPieces } from "../model/answerStream";
import { Markdown } from "./Markdown";
import "./GrowingMarkdown.css";

const Piece = memo(Markdown);

/** Markdown that is being written: what does not change any more is not read again; it looks as it will at the end. */
export function GrowingMarkdown({ text }: { text: string }) {
  return (
    <div className="growing-markdown">
      {settledPieces(text).map((piece, at) => (
        <Piece key={at} text={piece} />
      ))}
    </div>
  );
}
