import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type AccountRow, accountsQuery } from "../../api/accounts";
import { Button } from "../../ui/Button";
import { useSession } from "../useSession";
import { AccountDeletion } from "./AccountDeletion";
import { AccountForm } from "./AccountForm";
import { AccountTable } from "./AccountTable";
import { FirstAdmin } from "./FirstAdmin";
import { Loaded } from "./Loaded";
import { OwnSessions } from "./OwnSessions";
import { PasswordReset } from "./PasswordReset";
import { Tab } from "./Tab";

type Open = { what: "new" } | { what: "reset" | "deletion"; row: AccountRow } | null;

/** Who may sign in; while nobody may, how that begins. */
export function AccountsTab() {
  const { isOpen } = useSession();
  return isOpen ? <FirstAdmin /> : <Accounts />;
}

function Accounts() {
  const { isAdmin, name } = useSession();
  const accounts = useQuery(accountsQuery);
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const create = (
    <Button variant="primary" onClick={() => setOpen({ what: "new" })}>
      New account
    </Button>
  );
  return (
    <>
      <Tab
        title="Accounts"
        note="An admin may change everything. A viewer may read everything of every project and change nothing."
        action={isAdmin && create}
      >
        <Loaded query={accounts} what="The accounts">
          {(rows) => (
            <AccountTable
              accounts={rows}
              own={name}
              canChange={isAdmin}
              onReset={(row) => setOpen({ what: "reset", row })}
              onDelete={(row) => setOpen({ what: "deletion", row })}
            />
          )}
        </Loaded>
      </Tab>
      {name !== "" && <OwnSessions />}
      {open?.what === "new" && <AccountForm onClose={close} />}
      {open?.what === "reset" && <PasswordReset row={open.row} onClose={close} />}
      {open?.what === "deletion" && <AccountDeletion row={open.row} onClose={close} />}
    </>
  );
}
