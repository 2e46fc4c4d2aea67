import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Dashboard, saveDashboard } from "../../api/dashboards";
import type { DashboardDocument } from "../../model/dashboard";
import { useSession } from "../useSession";

/** Puts a document in the place of the one that was opened, unless somebody else did. */
export function useSave(project: string, dashboard: Dashboard) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  return useMutation({
    mutationFn: (document: DashboardDocument) => saveDashboard(project, dashboard, document, csrf),
    onSuccess: (saved) => {
      queries.setQueryData(["dashboard", project, saved.id], saved);
      void queries.invalidateQueries({ queryKey: ["dashboards", project] });
    },
  });
}
