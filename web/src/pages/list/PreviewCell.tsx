import "./PreviewCell.css";

interface PreviewCellProps {
  input: string;
  output: string;
  /** How it ended, when not well. */
  ending?: string;
  status?: string;
}

/** How it ended, when not well, then what went in and what came out, cut by the column. */
export function PreviewCell({ input, output, ending = "", status }: PreviewCellProps) {
  return (
    <span className="preview-cell">
      {ending !== "" && (
        <span className="preview-ending" data-status={status}>
          {ending}
        </span>
      )}
      <bdi>{input}</bdi>
      {output !== "" && (
        <>
          <span className="preview-arrow"> → </span>
          <bdi className="preview-arrow">{output}</bdi>
        </>
      )}
    </span>
  );
}
