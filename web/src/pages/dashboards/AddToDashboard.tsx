import * as Menu from "@radix-ui/react-dropdown-menu";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import {
  createDashboard,
  dashboardsQuery,
  getDashboard,
  saveDashboard,
} from "../../api/dashboards";
import { EMPTY_DASHBOARD, type Panel } from "../../model/dashboard";
import { Icon } from "../../ui/Icon";
import { useSession } from "../useSession";
import "../../ui/Button.css";
import "../shell/Menu.css";
import "./AddToDashboard.css";

interface AddToDashboardProps {
  project: string;
  /** What is on the page, as a panel. */
  panel: Panel;
}

/** Puts what is on the page behind the panels of a dashboard, or on a new one. */
export function AddToDashboard({ project, panel }: AddToDashboardProps) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const [isOpen, setOpen] = useState(false);
  const dashboards = useQuery({ ...dashboardsQuery(project), enabled: isOpen });
  const add = useMutation({
    mutationFn: async (id: string | null) => {
      if (id === null) {
        return createDashboard(project, { ...EMPTY_DASHBOARD, panels: [panel] }, csrf);
      }
      const found = await getDashboard(project, id);
      const { document } = found;
      const panels = [...document.panels, panel];
      return saveDashboard(project, found, { ...document, panels }, csrf);
    },
    onSuccess: (saved) => {
      queries.setQueryData(["dashboard", project, saved.id], saved);
      void queries.invalidateQueries({ queryKey: ["dashboards", project] });
    },
  });
  return (
    <div className="add-to-dashboard">
      {add.isSuccess && (
        <p role="status">
          On{" "}
          <Link
            to="/p/$project/dashboards/$dashboardId"
            params={{ project, dashboardId: add.data.id }}
          >
            {add.data.document.name}
          </Link>
        </p>
      )}
      {add.isError && <p role="alert">{add.error.message}</p>}
      <Menu.Root modal={false} open={isOpen} onOpenChange={setOpen}>
        <Menu.Trigger className="button" disabled={add.isPending}>
          <Icon name="dashboards" />
          Add to dashboard
          <Icon name="down" />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Content className="menu" align="end" sideOffset={4}>
            {dashboards.data?.map(({ id, name }) => (
              <Menu.Item key={id} className="menu-item" onSelect={() => add.mutate(id)}>
                <span className="cut">{name}</span>
              </Menu.Item>
            ))}
            <Menu.Item className="menu-item" onSelect={() => add.mutate(null)}>
              New dashboard
            </Menu.Item>
          </Menu.Content>
        </Menu.Portal>
      </Menu.Root>
    </div>
  );
}
