import * as Popover from "@radix-ui/react-popover";
import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { useState } from "react";
import { providersQuery } from "../../api/providers";
import {
  choiceAsText,
  type ModelChoice,
  type OfferedModel,
  offeredModels,
  unlisted,
} from "../../model/modelChoice";
import { Icon } from "../../ui/Icon";
import { SimulatedChip } from "../../ui/SimulatedChip";
import "../../ui/Button.css";
import "../shell/Menu.css";
import "./ModelPicker.css";

interface ModelPickerProps {
  choice: ModelChoice | null;
  onChoose: (choice: ModelChoice) => void;
  /** What it is for: "Model". */
  label?: string;
}

/** Who answers: a model of those that the providers list, or any name of one of theirs. */
export function ModelPicker({ choice, onChoose, label = "Model" }: ModelPickerProps) {
  const { data: providers = [] } = useQuery(providersQuery);
  const [isOpen, setOpen] = useState(false);
  const chosen = providers.find(({ name }) => name === choice?.provider);
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger className="button model-picker" title={chosen?.title}>
        <span className="unseen">{label}: </span>
        <span className="cut">{choice ? choice.model : "Choose a model"}</span>
        {chosen?.is_simulated && <SimulatedChip />}
        <Icon name="down" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="menu model-menu"
          align="start"
          sideOffset={4}
          aria-label={label}
        >
          <Choices
            label={label}
            choice={choice}
            onChoose={({ provider, model }) => {
              onChoose({ provider, model });
              setOpen(false);
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Choices({ label, choice, onChoose }: Required<ModelPickerProps>) {
  const { data: providers = [], error } = useQuery(providersQuery);
  const [text, setText] = useState("");
  return (
    <Command label={label} defaultValue={choice ? choiceAsText(choice) : ""} loop>
      <Command.Input
        placeholder="A model, also one that is not listed"
        value={text}
        onValueChange={setText}
      />
      <Command.List>
        {error && <p role="alert">{error.message}</p>}
        <Command.Empty>No provider can be used.</Command.Empty>
        {grouped(offeredModels(providers)).map(({ provider, models }) => (
          <Command.Group key={provider} heading={models[0]?.title}>
            {models.map((one) => (
              <Entry key={one.model} one={one} onSelect={() => onChoose(one)} />
            ))}
          </Command.Group>
        ))}
        {unlisted(providers, text).map((one) => (
          <Entry key={`typed ${one.provider}`} one={one} isTyped onSelect={() => onChoose(one)} />
        ))}
      </Command.List>
    </Command>
  );
}

interface EntryProps {
  one: OfferedModel;
  isTyped?: boolean;
  onSelect: () => void;
}

function Entry({ one, isTyped = false, onSelect }: EntryProps) {
  const name = choiceAsText(one);
  return (
    <Command.Item value={isTyped ? `${name} as it is typed` : name} onSelect={onSelect}>
      <span className="cut">{one.model}</span>
      {isTyped && <span className="menu-note">of {one.title}</span>}
      {one.isSimulated && <SimulatedChip />}
    </Command.Item>
  );
}

function grouped(offered: readonly OfferedModel[]) {
  const groups: { provider: string; models: OfferedModel[] }[] = [];
  for (const one of offered) {
    const last = groups.at(-1);
    if (last?.provider === one.provider) last.models.push(one);
    else groups.push({ provider: one.provider, models: [one] });
  }
  return groups;
}
