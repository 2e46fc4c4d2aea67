import type { SessionRow } from "../../api/rows";
import { termFor } from "../../model/terms";
import { CopyButton } from "../../ui/CopyButton";
import { Icon } from "../../ui/Icon";
import { InOut } from "../list/InOut";
import { ListLink } from "../list/ListLink";
import type { ListKind } from "../list/listKind";
import { ListPage } from "../list/ListPage";
import { SESSION_COLUMNS } from "./sessionColumns";
import { SessionPeek } from "./SessionPeek";

const SESSIONS: ListKind<"sessions"> = {
  noun: "sessions",
  title: "Sessions",
  one: "session",
  of: "traces",
  newestFirst: "-last_seen",
  columns: SESSION_COLUMNS,
  facets: ["status", "user", "service", "feature", "model", "tag", "env", "release"],
  idOf: (row) => row.session_id,
  nameOf: (row) => row.session_id,
  open: (row, go) => go.session(row.session_id),
  actions: (row) => <Actions row={row} />,
  preview: (row) => <InOut input={row.input_preview} output={row.output_preview} />,
  Peek: SessionPeek,
};

/** The list of sessions. */
export function SessionsPage() {
  return <ListPage kind={SESSIONS} />;
}

function Actions({ row }: { row: SessionRow }) {
  return (
    <>
      <CopyButton text={row.session_id} what="session id" />
      <ListLink noun="traces" filter={termFor("session", row.session_id)} label="List its traces">
        <Icon name="traces" />
      </ListLink>
    </>
  );
}
