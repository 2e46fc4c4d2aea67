import * as Popover from "@radix-ui/react-popover";
import { movedColumn, toggledColumn } from "../../model/listColumns";
import { Button } from "../../ui/Button";
import "../shell/Menu.css";
import "./ColumnMenu.css";

interface ColumnMenuProps {
  columns: readonly { id: string; name: string }[];
  /** The ids of those shown, in their order. */
  shown: readonly string[];
  /** The ids in their new order; none means the usual ones. */
  onChange: (ids: string[]) => void;
}

/** Which columns are shown, and in which order. */
export function ColumnMenu({ columns, shown, onChange }: ColumnMenuProps) {
  const named = (id: string) => columns.find((column) => column.id === id);
  const hidden = columns.filter(({ id }) => !shown.includes(id));
  const ordered = [...shown.flatMap((id) => named(id) ?? []), ...hidden];
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button icon="columns" title="Columns" aria-label="Columns" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="menu column-menu" align="end" sideOffset={4}>
          <ul aria-label="Columns">
            {ordered.map(({ id, name }) => {
              const at = shown.indexOf(id);
              return (
                <li key={id}>
                  <label>
                    <input
                      type="checkbox"
                      checked={at >= 0}
                      onChange={() => onChange(toggledColumn(shown, id))}
                    />
                    {name}
                  </label>
                  {at >= 0 && (
                    <>
                      <Button
                        icon="up"
                        aria-label={`Move ${name} to the left`}
                        disabled={at === 0}
                        onClick={() => onChange(movedColumn(shown, id, -1))}
                      />
                      <Button
                        icon="dropped"
                        aria-label={`Move ${name} to the right`}
                        disabled={at === shown.length - 1}
                        onClick={() => onChange(movedColumn(shown, id, 1))}
                      />
                    </>
                  )}
                </li>
              );
            })}
          </ul>
          <Button onClick={() => onChange([])}>Use the usual columns</Button>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
