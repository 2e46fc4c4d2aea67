import { useEffect, useState } from "react";
import { Icon } from "./Icon";
import "./CopyButton.css";

interface CopyButtonProps {
  /** What is copied. */
  text: string;
  /** What it is, for the label: "trace id". */
  what: string;
  /** Shown before the icon, in the code font. */
  shown?: string;
}

/** Copies a text and says so for a moment. */
export function CopyButton({ text, what, shown }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1200);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    void navigator.clipboard.writeText(text).then(() => setCopied(true));
  };
  return (
    <button
      type="button"
      className="copy"
      aria-label={shown === undefined ? `Copy ${what}` : `Copy ${what} ${shown}`}
      title={copied ? "Copied" : `Copy ${what}`}
      onClick={copy}
    >
      {shown !== undefined && <span className="mono">{shown}</span>}
      <Icon name={copied ? "check" : "copy"} />
    </button>
  );
}
