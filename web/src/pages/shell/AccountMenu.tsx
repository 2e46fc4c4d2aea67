import * as Menu from "@radix-ui/react-dropdown-menu";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { signOut } from "../../api/session";
import { Icon } from "../../ui/Icon";
import { PasswordChange } from "../PasswordChange";
import { useSession } from "../useSession";
import "./Menu.css";

/** Who is signed in, one's password, and the way out. */
export function AccountMenu({ project }: { project: string }) {
  const { csrf, name, isAdmin, isOpen } = useSession();
  const navigate = useNavigate();
  const [isChanging, setChanging] = useState(false);
  const who = name === "" ? "This install's owner" : name;
  const toAccounts = () =>
    void navigate({ to: "/p/$project/settings/accounts", params: { project } });
  return (
    <>
      <Menu.Root modal={false}>
        <Menu.Trigger className="button" aria-label={`Account: ${who}`} title={who}>
          <Icon name="person" />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Content className="menu" align="start" side="top" sideOffset={4}>
            <Menu.Label className="menu-item menu-who">
              <span className="cut">{who}</span>
              <span className="menu-note">{isAdmin ? "admin" : "viewer"}</span>
            </Menu.Label>
            {name !== "" && (
              <Menu.Item className="menu-item" onSelect={() => setChanging(true)}>
                Change password
              </Menu.Item>
            )}
            <Menu.Item className="menu-item" onSelect={toAccounts}>
              {isOpen ? "Create the first admin" : "Where you are signed in"}
            </Menu.Item>
            <Menu.Item className="menu-item" onSelect={() => void leave(csrf)}>
              Sign out
            </Menu.Item>
          </Menu.Content>
        </Menu.Portal>
      </Menu.Root>
      {isChanging && <PasswordChange onClose={() => setChanging(false)} />}
    </>
  );
}

/** Also when the session has ended already; the page is loaded anew, so that nothing that was read stays. */
async function leave(csrf: string): Promise<void> {
  await signOut(csrf).finally(() => location.assign("/"));
}
