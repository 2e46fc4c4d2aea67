import * as Menu from "@radix-ui/react-dropdown-menu";
import { counted } from "../../model/format";
import type { PastQuery } from "../../model/sqlHistory";
import { Age } from "../../ui/Age";
import { SqlMenu } from "./SqlMenu";

interface HistoryMenuProps {
  history: readonly PastQuery[];
  onTake: (sql: string) => void;
  onForget: () => void;
}

/** The queries that were run here, to take up again. */
export function HistoryMenu({ history, onTake, onForget }: HistoryMenuProps) {
  return (
    <SqlMenu name="History">
      {history.map(({ sql, rows, at }) => (
        <Menu.Item key={sql} className="menu-item" title={sql} onSelect={() => onTake(sql)}>
          <span className="sql-past mono cut">{sql}</span>
          <span className="menu-note">
            {rows === null ? "no answer" : counted(rows, "row")}, <Age time={at} ago />
          </span>
        </Menu.Item>
      ))}
      {history.length > 0 ? (
        <Menu.Item className="menu-item" onSelect={onForget}>
          Forget these queries
        </Menu.Item>
      ) : (
        <Menu.Label className="menu-item menu-who">Nothing was run in this browser yet.</Menu.Label>
      )}
    </SqlMenu>
  );
}
