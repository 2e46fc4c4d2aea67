import * as Popover from "@radix-ui/react-popover";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import type { Noun } from "../../api/rows";
import { meQuery } from "../../api/session";
import { createView, deleteView, renameView, type SavedView, viewsQuery } from "../../api/views";
import { serializeRange } from "../../model/range";
import { Icon } from "../../ui/Icon";
import type { View } from "../shell/useView";
import "../../ui/Button.css";
import "../shell/Menu.css";
import { useListAddress } from "./useListAddress";
import { ViewLine } from "./ViewLine";
import "./ViewMenu.css";

interface ViewMenuProps {
  noun: Noun;
  view: View;
  sort: string;
  columns: string;
}

/** Saved views of this list: filter, range, sort and columns under a name. */
export function ViewMenu({ noun, view, sort, columns }: ViewMenuProps) {
  const { project } = view;
  const queries = useQueryClient();
  const csrf = useQuery(meQuery).data?.csrf ?? "";
  const views = useQuery(viewsQuery(project)).data?.filter(({ page }) => page === noun) ?? [];
  const address = useListAddress();
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState("");
  const act = useMutation({
    mutationFn: (change: () => Promise<unknown>) => change(),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["views", project] }),
  });
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    if (name.trim() === "") return;
    const range = serializeRange(view.range);
    const ids = columns === "" ? [] : columns.split(",");
    const filter = view.filterText;
    const draft = { name: name.trim(), page: noun, filter, range, sort, columns: ids };
    act.mutate(() => createView(project, draft, csrf), { onSuccess: () => setName("") });
  };
  const apply = (saved: SavedView) => {
    const { filter, range, sort: order, columns: ids } = saved;
    address.set({ filter, range, sort: order, columns: ids.join(","), peek: "" });
    setOpen(false);
  };
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger className="button" title="Saved views">
        <Icon name="bookmark" />
        Views
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="menu view-menu"
          align="start"
          sideOffset={4}
          aria-label="Saved views"
        >
          {views.length === 0 && (
            <p className="view-menu-hint">
              A view keeps the filter, the range, the sort and the columns of this list.
            </p>
          )}
          {views.map((saved) => (
            <ViewLine
              key={saved.id}
              view={saved}
              onApply={() => apply(saved)}
              onRename={(next) => act.mutate(() => renameView(project, saved, next, csrf))}
              onDelete={() => act.mutate(() => deleteView(project, saved.id, csrf))}
            />
          ))}
          <form className="view-menu-form" onSubmit={save}>
            <input
              aria-label="Name of the view"
              placeholder="Save this view as"
              value={name}
              maxLength={100}
              onChange={(event) => setName(event.target.value)}
            />
            <button type="submit" className="button" disabled={act.isPending}>
              Save
            </button>
          </form>
          {act.isError && (
            <p className="view-menu-hint" role="alert">
              {act.error.message}
            </p>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
