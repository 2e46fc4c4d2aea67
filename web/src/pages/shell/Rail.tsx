import { Link } from "@tanstack/react-router";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useStored } from "../../ui/useStored";
import { AccountMenu } from "./AccountMenu";
import { PAGE_GROUPS } from "./pageTable";
import { ProjectSwitch } from "./ProjectSwitch";
import { ThemeSwitch } from "./ThemeSwitch";
import "./Rail.css";

interface RailProps {
  project: string;
  onHelp: () => void;
}

/** Project and pages, at the left; a bar at the bottom on a phone. */
export function Rail({ project, onHelp }: RailProps) {
  const [folded, storeFolded] = useStored("rail", "open");
  const isFolded = folded === "folded";
  return (
    <nav className="rail" data-folded={isFolded} aria-label="Pages">
      <ProjectSwitch project={project} />
      {PAGE_GROUPS.map((group) => (
        <div key={group.name} className="rail-group">
          <h2>{group.name}</h2>
          {group.pages.map((page) => (
            <Link
              key={page.to}
              to={page.to}
              params={{ project }}
              search={({ filter = "", range = "", live = "" }) => ({ filter, range, live })}
              activeOptions={{ includeSearch: false }}
              className="rail-page"
              title={isFolded ? page.name : undefined}
            >
              <Icon name={page.icon} />
              <span>{page.name}</span>
            </Link>
          ))}
        </div>
      ))}
      <div className="rail-foot">
        <AccountMenu project={project} />
        <ThemeSwitch />
        <Button
          icon="help"
          aria-label="Keyboard and help"
          title="Keyboard and help (?)"
          onClick={onHelp}
        />
        <Button
          icon="fold"
          className="rail-fold"
          aria-label={isFolded ? "Unfold the rail" : "Fold the rail"}
          aria-expanded={!isFolded}
          onClick={() => storeFolded(isFolded ? "open" : "folded")}
        />
      </div>
    </nav>
  );
}
