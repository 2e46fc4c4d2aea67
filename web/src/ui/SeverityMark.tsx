import "./SeverityMark.css";

interface SeverityMarkProps {
  /** "" where none was sent. */
  severity: string;
}

/** How severe a log record is: a word whose colour is that of a status. */
export function SeverityMark({ severity }: SeverityMarkProps) {
  return (
    <span className="severity" data-severity={severity}>
      {severity === "" ? "log" : severity}
    </span>
  );
}
