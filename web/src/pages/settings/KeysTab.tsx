import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type KeyRow, keysQuery } from "../../api/keys";
import { Button } from "../../ui/Button";
import { useSession } from "../useSession";
import { useView } from "../shell/useView";
import { KeyForm } from "./KeyForm";
import { KeyRevocation } from "./KeyRevocation";
import { KeyRotation } from "./KeyRotation";
import { KeyTable } from "./KeyTable";
import { Loaded } from "./Loaded";
import { Tab } from "./Tab";

type Open = { what: "new" } | { what: "rotation" | "revocation"; row: KeyRow } | null;

/** API keys: with what programs send, and read. */
export function KeysTab() {
  const { project } = useView();
  const { isAdmin, isOpen } = useSession();
  const keys = useQuery(keysQuery);
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const create = (
    <Button variant="primary" onClick={() => setOpen({ what: "new" })}>
      New key
    </Button>
  );
  return (
    <Tab
      title="API keys"
      note={`A program sends with a key of its project: clearspan.init(key="cs_…"), or the variable CLEARSPAN_KEY. ${isOpen ? "While this server is open, programs on this machine need none." : ""}`}
      action={isAdmin && create}
    >
      <Loaded query={keys} what="The keys">
        {(rows) =>
          rows.length === 0 ? (
            <p className="tab-note" role="status">
              There is no key yet.
            </p>
          ) : (
            <KeyTable
              keys={rows}
              canChange={isAdmin}
              onRotate={(row) => setOpen({ what: "rotation", row })}
              onRevoke={(row) => setOpen({ what: "revocation", row })}
            />
          )
        }
      </Loaded>
      {open?.what === "new" && <KeyForm project={project} onClose={close} />}
      {open?.what === "rotation" && <KeyRotation row={open.row} onClose={close} />}
      {open?.what === "revocation" && <KeyRevocation row={open.row} onClose={close} />}
    </Tab>
  );
}
