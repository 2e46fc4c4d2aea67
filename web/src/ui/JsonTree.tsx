import { Fragment, useState } from "react";
import { formatExact } from "../model/format";
import "./JsonTree.css";

/** Entries of one object shown at once; a captured array may hold a hundred thousand. */
const SHOWN_ENTRIES = 100;
const LONG_TEXT = 1200;

interface JsonTreeProps {
  value: unknown;
  /** Levels that are open at first. */
  open?: number;
}

/** A JSON value that unfolds level by level. */
export function JsonTree({ value, open = 2 }: JsonTreeProps) {
  return (
    <div className="json mono">
      <Node value={value} open={open} />
    </div>
  );
}

function Node({ name, value, open }: { name?: string; value: unknown; open: number }) {
  if (typeof value === "object" && value !== null && Object.keys(value).length > 0) {
    return <Branch {...(name === undefined ? {} : { name })} value={value} open={open} />;
  }
  return (
    <div className="json-leaf">
      {name !== undefined && <Key name={name} />}
      <Leaf value={value} />
    </div>
  );
}

function Branch({ name, value, open }: { name?: string; value: object; open: number }) {
  const [isOpen, setOpen] = useState(open > 0);
  const [limit, setLimit] = useState(SHOWN_ENTRIES);
  const entries = Object.entries(value) as [string, unknown][];
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  return (
    <div>
      <button
        type="button"
        className="json-fold"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Key name={name ?? ""} />
        <span className="json-size">{size}</span>
      </button>
      {isOpen && (
        <div className="json-inner">
          {entries.slice(0, limit).map(([key, entry]) => (
            <Node key={key} name={key} value={entry} open={open - 1} />
          ))}
          {entries.length > limit && (
            <button
              type="button"
              className="json-more"
              onClick={() => setLimit(limit + SHOWN_ENTRIES * 10)}
            >
              {formatExact(entries.length - limit)} more
            </button>
          )}
        </div>
      )}
    </div>
  );
}

/** A key may break after its dots and dashes, not inside its words. */
function Key({ name }: { name: string }) {
  const parts = name.split(/(?<=[._/-])/);
  return (
    <span className="json-key">
      {parts.map((part, place) => (
        <Fragment key={place}>
          {place > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </span>
  );
}

function Leaf({ value }: { value: unknown }) {
  const [isWhole, setWhole] = useState(false);
  if (typeof value === "string") {
    const cut = !isWhole && value.length > LONG_TEXT;
    return (
      <span className="json-value" data-code="string">
        {cut ? value.slice(0, LONG_TEXT) : value}
        {cut && (
          <button type="button" className="json-more" onClick={() => setWhole(true)}>
            {formatExact(value.length - LONG_TEXT)} more characters
          </button>
        )}
      </span>
    );
  }
  const type = typeof value === "number" ? "number" : "keyword";
  return (
    <span className="json-value" data-code={type}>
      {JSON.stringify(value)}
    </span>
  );
}
