import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { createDashboard } from "../../api/dashboards";
import { useSession } from "../useSession";

interface Wanted {
  /** What the server is to make a dashboard of; it says what is wrong with it. */
  document: unknown;
  isEdited: boolean;
}

/** Makes a dashboard of a document and opens it. */
export function useCopy(project: string) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { csrf } = useSession();
  return useMutation({
    mutationFn: ({ document }: Wanted) => createDashboard(project, document, csrf),
    onSuccess: (made, { isEdited }) => {
      queries.setQueryData(["dashboard", project, made.id], made);
      void queries.invalidateQueries({ queryKey: ["dashboards", project] });
      const { range, filter } = made.document;
      return navigate({
        to: "/p/$project/dashboards/$dashboardId",
        params: { project, dashboardId: made.id },
        search: { range, filter, ...(isEdited ? { edit: "on" } : {}) },
        ignoreBlocker: true, // what was edited is in the copy
      });
    },
  });
}
