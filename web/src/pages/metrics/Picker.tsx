import * as Popover from "@radix-ui/react-popover";
import { Command } from "cmdk";
import { useState } from "react";
import { Icon } from "../../ui/Icon";
import "../../ui/Button.css";
import "../shell/Menu.css";
import "./Picker.css";

interface Choice {
  value: string;
  note: string;
}

interface PickerProps {
  /** On the button. */
  name: string;
  placeholder: string;
  choices: readonly Choice[];
  isDisabled?: boolean;
  /** Open from the beginning: it follows on another choice. */
  isOpenFirst?: boolean;
  onPick: (value: string) => void;
}

/** A button that opens a list to type into; Enter takes what is marked. */
export function Picker(props: PickerProps) {
  const { name, placeholder, choices, isDisabled = false, isOpenFirst = false, onPick } = props;
  const [isOpen, setOpen] = useState(isOpenFirst);
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger className="button" data-variant="outlined" disabled={isDisabled}>
        {name}
        <Icon name="down" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="menu picker" align="start" sideOffset={4} aria-label={name}>
          <Command label={name} loop>
            <Command.Input placeholder={placeholder} />
            <Command.List>
              <Command.Empty className="picker-empty">Nothing by that name.</Command.Empty>
              {choices.map(({ value, note }) => (
                <Command.Item
                  key={value}
                  value={value}
                  className="menu-item"
                  onSelect={() => {
                    setOpen(false);
                    onPick(value);
                  }}
                >
                  <span className="mono cut" title={value}>
                    {value}
                  </span>
                  <span className="menu-note">{note}</span>
                </Command.Item>
              ))}
            </Command.List>
          </Command>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
