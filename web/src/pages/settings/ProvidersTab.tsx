import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type ProviderRow, providersQuery } from "../../api/providers";
import { Button } from "../../ui/Button";
import { useSession } from "../useSession";
import { Loaded } from "./Loaded";
import { ProviderForm } from "./ProviderForm";
import { ProviderLine } from "./ProviderLine";
import { ProviderRemoval } from "./ProviderRemoval";
import { Tab } from "./Tab";
import "./ProvidersTab.css";

type Open = { what: "form"; row: ProviderRow | null } | { what: "removal"; row: ProviderRow };

/** The model providers that this server calls, and with what keys. */
export function ProvidersTab() {
  const providers = useQuery(providersQuery);
  const { isAdmin } = useSession();
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  return (
    <Tab
      title="Providers"
      note="Chat, the playground and virtual keys call models with the keys that are entered here. They are encrypted, and never shown again. Everybody else's calls through the gateway keep their own key."
      action={
        isAdmin && (
          <Button variant="primary" onClick={() => setOpen({ what: "form", row: null })}>
            New provider
          </Button>
        )
      }
    >
      <Loaded query={providers} what="The providers">
        {(rows) => (
          <>
            {rows.every((row) => row.is_simulated || !row.is_usable) && (
              <p className="tab-note" role="status">
                No key is here yet: chat and the playground talk to the simulated provider, whose
                answers are made up.
              </p>
            )}
            <ul className="providers" aria-label="Providers">
              {rows.map((row) => (
                <ProviderLine
                  key={row.name}
                  row={row}
                  canChange={isAdmin && !row.is_simulated}
                  canTest={isAdmin}
                  onEdit={() => setOpen({ what: "form", row })}
                  onRemove={() => setOpen({ what: "removal", row })}
                />
              ))}
            </ul>
          </>
        )}
      </Loaded>
      {open?.what === "form" && <ProviderForm row={open.row} onClose={close} />}
      {open?.what === "removal" && <ProviderRemoval row={open.row} onClose={close} />}
    </Tab>
  );
}
