import * as Menu from "@radix-ui/react-dropdown-menu";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { projectsQuery } from "../../api/projects";
import { Icon } from "../../ui/Icon";
import "./Menu.css";
import "./ProjectSwitch.css";

/** The project that is shown, and the others to choose from. */
export function ProjectSwitch({ project }: { project: string }) {
  const projects = useQuery(projectsQuery);
  const navigate = useNavigate();
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="project-switch" aria-label={`Project ${project}`}>
        <span className="project-mark" data-letter={project.slice(0, 1)} />
        <span className="project-name cut">{project}</span>
        <Icon name="down" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="menu" align="start" sideOffset={4}>
          {(projects.data ?? []).map(({ id, demo }) => (
            <Menu.Item
              key={id}
              className="menu-item"
              data-chosen={id === project}
              onSelect={() =>
                void navigate({ to: "/p/$project/overview", params: { project: id } })
              }
            >
              <span className="cut">{id}</span>
              {demo && <span className="menu-note">demo</span>}
            </Menu.Item>
          ))}
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}
