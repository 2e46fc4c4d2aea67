import { useQuery } from "@tanstack/react-query";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, type RefObject, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { projectsQuery } from "../../api/projects";
import { searchedWords, wordsPattern } from "../../model/searchedWords";
import { useHighlight } from "../../ui/useHighlight";
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
  const { project, isLive, filterText } = useView();
  const projects = useQuery(projectsQuery);
  const [, storeProject] = useStored("project", "");
  const [overlay, setOverlay] = useState<Overlay>(null);
  const isDemo = projects.data?.some(({ id, demo }) => id === project && demo) ?? false;

  const main = useRef<HTMLElement>(null);
  useFocusOnArrival(main);
  useHighlight(
    "found",
    useMemo(() => wordsPattern(searchedWords(filterText)), [filterText]),
  );

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
          <main ref={main} className="shell-page" tabIndex={-1}>
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

/** The focus that went with a page that was left comes to the next one, so that Tab goes on in it. */
function useFocusOnArrival(main: RefObject<HTMLElement | null>): void {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const before = useRef(path);
  useEffect(() => {
    const isArrival = before.current !== undefined && before.current !== path;
    before.current = path;
    if (isArrival && document.activeElement === document.body) {
      main.current?.focus({ preventScroll: true });
    }
  }, [main, path]);
}
