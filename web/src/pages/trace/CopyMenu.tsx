import * as Menu from "@radix-ui/react-dropdown-menu";
import { useState } from "react";
import { apiUrl } from "../../api/client";
import { Icon } from "../../ui/Icon";
import { useSession } from "../useSession";
import { ShareForm } from "./ShareForm";
import type { TraceModel } from "./traceModel";
import "../../ui/Button.css";
import "../shell/Menu.css";

/** Takes the trace elsewhere: its id, the address of this view, a link for others, or all of it as JSON. */
export function CopyMenu({ trace: { project, traceId } }: { trace: TraceModel }) {
  const copy = (text: string) => void navigator.clipboard.writeText(text);
  const { isAdmin, isOpen } = useSession();
  const [isSharing, setSharing] = useState(false);
  return (
    <>
      <Menu.Root modal={false}>
        <Menu.Trigger className="button" aria-label="Copy or open the trace">
          <Icon name="copy" />
          <Icon name="down" />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Content className="menu" align="end" sideOffset={4}>
            <Menu.Item className="menu-item" onSelect={() => copy(traceId)}>
              Copy trace id
            </Menu.Item>
            <Menu.Item className="menu-item" onSelect={() => copy(location.href)}>
              Copy link to this view
            </Menu.Item>
            {isAdmin && !isOpen && (
              <Menu.Item className="menu-item" onSelect={() => setSharing(true)}>
                Share with a link
              </Menu.Item>
            )}
            <Menu.Item className="menu-item" asChild>
              <a
                href={apiUrl(`/traces/${encodeURIComponent(traceId)}`, { project })}
                target="_blank"
                rel="noopener"
              >
                Open as JSON
              </a>
            </Menu.Item>
          </Menu.Content>
        </Menu.Portal>
      </Menu.Root>
      {isSharing && <ShareForm {...{ project, traceId }} onClose={() => setSharing(false)} />}
    </>
  );
}
