import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import {
  type DashboardRow,
  deleteDashboard,
  getDashboard,
  orderDashboards,
} from "../../api/dashboards";
import { moved, stepOf } from "../../model/dashboard";
import { formatExact } from "../../model/format";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import { DataTable } from "../../ui/DataTable";
import { FormDialog } from "../../ui/FormDialog";
import { useSession } from "../useSession";
import { exportDocument } from "./exportDocument";
import { useCopy } from "./useCopy";
import "./SavedList.css";

const COLUMNS = [
  { name: "Dashboard", type: "words" },
  { name: "Panels" },
  { name: "Changed" },
  { name: "By", type: "words" },
  { name: "" },
] as const;

/** The project's own, in their order, which the arrow keys of their handles change. */
export function SavedList({ rows, project }: { rows: readonly DashboardRow[]; project: string }) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const copy = useCopy(project);
  const [gone, setGone] = useState<DashboardRow | null>(null);
  const again = () => queries.invalidateQueries({ queryKey: ["dashboards", project] });
  const order = useMutation({
    mutationFn: (next: readonly DashboardRow[]) =>
      orderDashboards(
        project,
        next.map(({ id }) => id),
        csrf,
      ),
    onMutate: (next) => queries.setQueryData(["dashboards", project], { dashboards: next }),
    onSettled: again,
  });
  const read = useMutation({
    mutationFn: async ({ id, act }: { id: string; act: "export" | "copy" }) => {
      const { document } = await getDashboard(project, id);
      if (act === "export") exportDocument(document);
      else
        copy.mutate({ document: { ...document, name: `${document.name} copy` }, isEdited: true });
    },
  });
  const [told, setTold] = useState("");
  const move = (at: number, step: -1 | 1) => {
    const next = moved(rows, at, at + step);
    order.mutate(next);
    const row = rows[at];
    if (row) setTold(`${row.name}: place ${next.indexOf(row) + 1} of ${rows.length}`);
  };
  const problem = order.error ?? read.error ?? copy.error;
  return (
    <section aria-label="Dashboards" className="saved-dashboards">
      <h2>Dashboards of {project}</h2>
      {problem && <p role="alert">{problem.message}</p>}
      <DataTable label="Dashboards" columns={COLUMNS}>
        {rows.map((row, at) => (
          <Row
            key={row.id}
            row={row}
            project={project}
            onMove={(step) => move(at, step)}
            onExport={() => read.mutate({ id: row.id, act: "export" })}
            onCopy={() => read.mutate({ id: row.id, act: "copy" })}
            onDelete={() => setGone(row)}
          />
        ))}
      </DataTable>
      <p className="unseen" role="status">
        {told}
      </p>
      {gone && <Deletion row={gone} project={project} onClose={() => setGone(null)} />}
    </section>
  );
}

interface RowProps {
  row: DashboardRow;
  project: string;
  onMove: (step: -1 | 1) => void;
  onExport: () => void;
  onCopy: () => void;
  onDelete: () => void;
}

function Row({ row, project, onMove, onExport, onCopy, onDelete }: RowProps) {
  return (
    <tr>
      <th scope="row" className="words">
        <Link
          to="/p/$project/dashboards/$dashboardId"
          params={{ project, dashboardId: row.id }}
          title={row.description}
        >
          {row.name}
        </Link>
      </th>
      <td>{formatExact(row.panels)}</td>
      <td>
        <Age time={row.changed} ago />
      </td>
      <td className="words">{row.changed_by}</td>
      <td>
        <div className="saved-tools">
          <Button
            icon="grip"
            aria-label={`Move ${row.name}`}
            title="Press an arrow key to move it"
            onKeyDown={(event) => {
              const step = stepOf(event.key);
              if (step === null) return;
              event.preventDefault();
              onMove(step);
            }}
          />
          <Button
            icon="copy"
            aria-label={`Duplicate ${row.name}`}
            title="Duplicate"
            onClick={onCopy}
          />
          <Button
            icon="export"
            aria-label={`Export ${row.name}`}
            title="Export"
            onClick={onExport}
          />
          <Button
            icon="trash"
            aria-label={`Delete ${row.name}`}
            title="Delete"
            onClick={onDelete}
          />
        </div>
      </td>
    </tr>
  );
}

interface DeletionProps {
  row: DashboardRow;
  project: string;
  onClose: () => void;
}

function Deletion({ row, project, onClose }: DeletionProps) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const act = useMutation({
    mutationFn: () => deleteDashboard(project, row.id, csrf),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["dashboards", project] });
      onClose();
    },
  });
  return (
    <FormDialog
      title={`Delete ${row.name}`}
      action="Delete"
      problem={act.error?.message}
      isBusy={act.isPending}
      onSubmit={() => act.mutate()}
      onClose={onClose}
    >
      <p>It goes for everybody in {project}. Export it first to keep it.</p>
    </FormDialog>
  );
}
