import * as Menu from "@radix-ui/react-dropdown-menu";
import { Link, useNavigate } from "@tanstack/react-router";
import { quoted } from "../../model/filter";
import { Icon } from "../../ui/Icon";
import { useHotkeys } from "../../ui/useHotkeys";
import { kept } from "../list/useGo";
import "../../ui/Button.css";
import "../shell/Menu.css";

interface CompareMenuProps {
  project: string;
  traceId: string;
  name: string;
}

/** Beside what the trace can be looked at: a good one, what is usual of its name, or another. */
export function CompareMenu({ project, traceId, name }: CompareMenuProps) {
  const navigate = useNavigate();
  const to = "/p/$project/compare";
  useHotkeys({
    c: () =>
      void navigate({
        to,
        params: { project },
        search: (before) => ({ ...kept(before), a: traceId, b: "good" }),
      }),
  });
  const ways = [
    { says: "With a good one", asked: { b: "good" } },
    { says: `With what is usual of ${name}`, asked: { usual: `root.name:${quoted(name)}` } },
    { says: "With another…", asked: {} },
  ];
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="button" title="Compare (c: with a good one)">
        <Icon name="compare" />
        <span className="unseen">Compare</span>
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="menu" align="end" sideOffset={4}>
          {ways.map(({ says, asked }) => (
            <Menu.Item key={says} className="menu-item" asChild>
              <Link
                to={to}
                params={{ project }}
                search={(before) => ({ ...kept(before), a: traceId, ...asked })}
              >
                {says}
              </Link>
            </Menu.Item>
          ))}
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}
