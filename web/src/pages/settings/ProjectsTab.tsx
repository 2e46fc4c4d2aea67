import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type Project, projectsQuery } from "../../api/projects";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import { DataTable } from "../../ui/DataTable";
import { useSession } from "../useSession";
import { Loaded } from "./Loaded";
import { ProjectForm } from "./ProjectForm";
import { Tab } from "./Tab";

const COLUMNS = [
  { name: "Project", type: "words" },
  { name: "Called", type: "words" },
  { name: "Since" },
  { name: "" },
] as const;

/** The projects: what keeps one application's traces from another's. */
export function ProjectsTab() {
  const projects = useQuery(projectsQuery);
  const { isAdmin } = useSession();
  const [open, setOpen] = useState<Project | "new" | null>(null);
  const create = (
    <Button variant="primary" onClick={() => setOpen("new")}>
      New project
    </Button>
  );
  return (
    <Tab
      title="Projects"
      note="What is sent belongs to the project of its key. A project sees nothing of another."
      action={isAdmin && create}
    >
      <Loaded query={projects} what="The projects">
        {(rows) => (
          <DataTable label="Projects" columns={COLUMNS}>
            {rows.map((row) => (
              <tr key={row.id}>
                <th scope="row" className="words mono">
                  <Link to="/p/$project/overview" params={{ project: row.id }}>
                    {row.id}
                  </Link>
                </th>
                <td className="words">{row.label || <span className="none">as its id</span>}</td>
                <td>
                  {row.created === null ? (
                    <span className="none">nothing sent</span>
                  ) : (
                    <Age time={row.created} ago />
                  )}
                </td>
                <td>
                  {isAdmin && (
                    <Button onClick={() => setOpen(row)} aria-label={`Rename ${row.id}`}>
                      Rename
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </DataTable>
        )}
      </Loaded>
      {open !== null && (
        <ProjectForm project={open === "new" ? null : open} onClose={() => setOpen(null)} />
      )}
    </Tab>
  );
}
