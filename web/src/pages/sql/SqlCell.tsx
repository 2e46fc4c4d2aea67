import { Link, useParams } from "@tanstack/react-router";
import { type CellLink, cellText } from "../../model/sqlTable";
import { kept } from "../list/useGo";

/** A longer text is not drawn: the cell would cut it anyway. */
const MOST_CHARACTERS = 300;

/** One value; ids lead to what they are of. */
export function SqlCell({ value, link }: { value: unknown; link: CellLink | null }) {
  const { project } = useParams({ from: "/p/$project" });
  if (value === null) return <i className="sql-null">null</i>;
  const text = cellText(value).slice(0, MOST_CHARACTERS);
  if (link === null) return text;
  if ("sessionId" in link) {
    return (
      <Link
        to="/p/$project/sessions/$sessionId"
        params={{ project, sessionId: link.sessionId }}
        search={kept}
      >
        {text}
      </Link>
    );
  }
  return (
    <Link
      to="/p/$project/traces/$traceId"
      params={{ project, traceId: link.traceId }}
      search={(before) => ({ ...kept(before), span: link.spanId })}
    >
      {text}
    </Link>
  );
}
