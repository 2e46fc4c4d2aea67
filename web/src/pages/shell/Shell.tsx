import { useQuery } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { projectsQuery } from "../../api/projects";
import { useHotkeys } from "../../ui/useHotkeys";
import { useStored } from "../../ui/useStored";
import { Help } from "./Help";
import { LiveProvider } from "./LiveProvider";
import { Rail } from "./Rail";
import { TopBar } from "./TopBar";
import { useView } from "./useView";
import "./Shell.css";

const Palette = lazy(async () => ({ default: (await import("./Palette")).Palette }));

type Overlay = "palette" | "help" | null;

/** The frame around every page of a project. */
export function Shell() {
  const { project, isLive } = useView();
  const projects = useQuery(projectsQuery);
  const [, storeProject] = useStored("project", "");
  const [overlay, setOverlay] = useState<Overlay>(null);
  const isDemo = projects.data?.some(({ id, demo }) => id === project && demo) ?? false;

  // The start page leads back to the project looked at last.
  useEffect(() => storeProject(project), [project]); // eslint-disable-line react-hooks/exhaustive-deps -- the setter is new in each render
  useHotkeys({
    "mod+k": () => setOverlay("palette"),
    "?": () => setOverlay("help"),
  });

  return (
    <LiveProvider project={project} isOn={isLive}>
      <div className="shell">
        <Rail project={project} onHelp={() => setOverlay("help")} />
        <div className="shell-main">
          <TopBar onPalette={() => setOverlay("palette")} />
          {isDemo && (
            <p className="shell-demo">
              <b>Demo</b> A made-up support agent, answered by a simulated model.
            </p>
          )}
          <main className="shell-page">
            <Outlet />
          </main>
        </div>
      </div>
      {overlay === "palette" && (
        <Suspense>
          <Palette onClose={() => setOverlay(null)} onHelp={() => setOverlay("help")} />
        </Suspense>
      )}
      {overlay === "help" && <Help onClose={() => setOverlay(null)} />}
    </LiveProvider>
  );
}
