import type { UserRow } from "../../api/rows";
import { termFor } from "../../model/terms";
import { CopyButton } from "../../ui/CopyButton";
import { Icon } from "../../ui/Icon";
import { ListLink } from "../list/ListLink";
import type { ListKind } from "../list/listKind";
import { ListPage } from "../list/ListPage";
import { USER_COLUMNS } from "./userColumns";
import { UserPeek } from "./UserPeek";

const USERS: ListKind<"users"> = {
  noun: "users",
  title: "Users",
  one: "user",
  of: "traces",
  newestFirst: "-last_seen",
  columns: USER_COLUMNS,
  facets: ["status", "customer", "service", "feature", "model", "tag", "env", "release"],
  idOf: (row) => row.user_id,
  nameOf: (row) => row.user_id,
  open: (row, go) => go.list("sessions", termFor("user", row.user_id)),
  actions: (row) => <Actions row={row} />,
  Peek: UserPeek,
};

/** The list of the application's users. */
export function UsersPage() {
  return <ListPage kind={USERS} />;
}

function Actions({ row }: { row: UserRow }) {
  const filter = termFor("user", row.user_id);
  return (
    <>
      <CopyButton text={row.user_id} what="user id" />
      <ListLink noun="traces" filter={filter} label="List their traces">
        <Icon name="traces" />
      </ListLink>
      <ListLink noun="sessions" filter={filter} label="List their sessions (Enter)">
        <Icon name="sessions" />
      </ListLink>
    </>
  );
}
