import * as Menu from "@radix-ui/react-dropdown-menu";
import type { ReactNode } from "react";
import { Icon } from "../../ui/Icon";
import "../../ui/Button.css";
import "../shell/Menu.css";

/** A menu of queries: the one that is taken goes into the editor, and the focus with it. */
export function SqlMenu({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="button">
        {name}
        <Icon name="down" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content
          className="menu sql-menu"
          align="end"
          sideOffset={4}
          onCloseAutoFocus={(event) => {
            if (document.activeElement?.matches(".sql-editor")) event.preventDefault();
          }}
        >
          {children}
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}
