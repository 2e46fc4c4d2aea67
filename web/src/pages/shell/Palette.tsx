import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { useState } from "react";
import { projectsQuery } from "../../api/projects";
import { parseRange, PRESETS } from "../../model/range";
import { Dialog } from "../../ui/Dialog";
import { THEMES, useTheme } from "../../ui/useTheme";
import { kept } from "../list/useGo";
import { PAGE_GROUPS, type PagePath } from "./pageTable";
import { useView } from "./useView";
import "./Palette.css";

interface PaletteProps {
  onClose: () => void;
  onHelp: () => void;
}

const TRACE_ID = /^[0-9a-f]{32}$/i;
/** What may be the beginning of somebody's name. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@+-]*$/u;

/** Every command by name; a pasted trace id leads to the trace. */
export function Palette({ onClose, onHelp }: PaletteProps) {
  const view = useView();
  const navigate = useNavigate();
  const projects = useQuery(projectsQuery);
  const [, setTheme] = useTheme();
  const [text, setText] = useState("");
  const { project } = view;
  const run = (action: () => void) => () => {
    onClose();
    action();
  };
  const open = (to: PagePath) =>
    run(() => void navigate({ to, params: { project }, search: kept }));
  const traceId = text.trim().toLowerCase();

  return (
    <Dialog label="Command palette" onClose={onClose}>
      <Command className="palette" label="Command palette" loop>
        <Command.Input placeholder="Go to, filter, switch" value={text} onValueChange={setText} />
        <Command.List>
          <Command.Empty>Nothing by that name.</Command.Empty>
          {TRACE_ID.test(traceId) && (
            <Entry
              name={`Open trace ${traceId}`}
              onSelect={run(
                () =>
                  void navigate({
                    to: "/p/$project/traces/$traceId",
                    params: { project, traceId },
                    search: kept,
                  }),
              )}
            />
          )}
          {text.trim() !== "" && !TRACE_ID.test(traceId) && (
            <Entry
              name={`Filter traces by ${text.trim()}`}
              onSelect={run(() => view.showTraces(text.trim()))}
            />
          )}
          {NAME.test(text.trim()) && !TRACE_ID.test(traceId) && (
            <Entry
              name={`Filter traces by user ${text.trim()}`}
              onSelect={run(() => view.showTraces(`user:${text.trim()}*`))}
            />
          )}
          <Command.Group heading="Go to">
            {PAGE_GROUPS.flatMap(({ pages }) =>
              pages.map(({ name, to }) => <Entry key={to} name={name} onSelect={open(to)} />),
            )}
            <Entry
              name="Logs"
              onSelect={run(
                () =>
                  void navigate({
                    to: "/p/$project/live",
                    params: { project },
                    search: (before) => ({ ...kept(before), tab: "logs" }),
                  }),
              )}
            />
            <Entry name="Failed traces" onSelect={run(() => view.showTraces("status:error"))} />
          </Command.Group>
          <Command.Group heading="Project">
            {(projects.data ?? []).map(({ id }) => (
              <Entry
                key={id}
                name={`Project ${id}`}
                onSelect={run(
                  () => void navigate({ to: "/p/$project/overview", params: { project: id } }),
                )}
              />
            ))}
          </Command.Group>
          <Command.Group heading="Time range">
            {PRESETS.map(({ text: preset, label }) => (
              <Entry
                key={preset}
                name={label}
                onSelect={run(() => {
                  const range = parseRange(preset);
                  if (range) view.setRange(range);
                })}
              />
            ))}
          </Command.Group>
          <Command.Group heading="Page">
            <Entry
              name={view.isLive ? "Pause live rows" : "Follow live rows"}
              onSelect={run(() => view.setLive(!view.isLive))}
            />
            {THEMES.map((theme) => (
              <Entry key={theme} name={`Theme: ${theme}`} onSelect={run(() => setTheme(theme))} />
            ))}
            <Entry name="Keyboard and filters" onSelect={run(onHelp)} />
          </Command.Group>
        </Command.List>
      </Command>
    </Dialog>
  );
}

function Entry({ name, onSelect }: { name: string; onSelect: () => void }) {
  return (
    <Command.Item value={name} onSelect={onSelect}>
      {name}
    </Command.Item>
  );
}
