import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import {
  isMissing,
  promptQuery,
  type PromptVersions,
  promptVersionsQuery,
} from "../../api/prompts";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { useView, type View } from "../shell/useView";
import { useSession } from "../useSession";
import { PromptEditor } from "./PromptEditor";
import { PromptHeader } from "./PromptHeader";
import { PromptTabs } from "./PromptTabs";
import { VersionList } from "./VersionList";
import "./PromptPage.css";

/** One prompt: its versions, and one of them in full. */
export function PromptPage() {
  const view = useView();
  const { name } = useParams({ from: "/p/$project/prompts/$name" });
  const history = useQuery(promptVersionsQuery(view.project, name));
  if (history.isError) {
    return <Missing error={history.error} onAgain={() => void history.refetch()} />;
  }
  if (!history.data) return <Waiting rows={12} />;
  return <Shown key={name} view={view} history={history.data} />;
}

interface ShownProps {
  view: View;
  history: PromptVersions;
}

function Shown({ view, history }: ShownProps) {
  const { version: asked = "", edit } = useSearch({ from: "/p/$project/prompts/$name" });
  const { isAdmin } = useSession();
  const { versions, name } = history;
  const head = asked === "" ? versions[0] : versions.find((one) => String(one.version) === asked);
  if (edit === "on" && isAdmin && head) {
    return <Written project={view.project} name={name} version={head.version} />;
  }
  return (
    <div className="prompt">
      <PromptHeader history={history} version={head ?? null} view={view} />
      <div className="prompt-columns">
        <VersionList versions={versions} shown={head?.version ?? null} />
        {head ? (
          <PromptTabs view={view} history={history} head={head} />
        ) : (
          <Notice title={`There is no version ${asked}`}>
            <p>It was deleted, or never there. The versions that are kept are in the list.</p>
          </Notice>
        )}
      </div>
    </div>
  );
}

interface WrittenProps {
  project: string;
  name: string;
  /** The one that the next begins from. */
  version: number;
}

function Written({ project, name, version }: WrittenProps) {
  const navigate = useNavigate({ from: "/p/$project/prompts/$name" });
  const base = useQuery(promptQuery(project, name, version));
  if (base.isError) return <Missing error={base.error} onAgain={() => void base.refetch()} />;
  if (!base.data) return <Waiting rows={12} />;
  return (
    <PromptEditor
      project={project}
      name={name}
      base={base.data}
      onLeave={() => void navigate({ search: ({ edit: _, ...search }) => search })}
    />
  );
}

function Missing({ error, onAgain }: { error: Error; onAgain: () => void }) {
  const isGone = isMissing(error);
  return (
    <Notice
      title={isGone ? "There is no such prompt" : "The prompt could not be read"}
      tone="error"
    >
      <p>
        {isGone
          ? "It was deleted, belongs to another project, or is kept elsewhere."
          : error.message}
      </p>
      {!isGone && (
        <Button variant="outlined" onClick={onAgain}>
          Try again
        </Button>
      )}
    </Notice>
  );
}
