import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import {
  type Prompt,
  promptQuery,
  promptUseQuery,
  type PromptVersionHead,
  type PromptVersions,
} from "../../api/prompts";
import { configText, variablesOf } from "../../model/promptText";
import { termFor } from "../../model/terms";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import { CodeBlock } from "../../ui/CodeBlock";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import type { View } from "../shell/useView";
import { NoticeList } from "./NoticeList";
import { TemplateView } from "./TemplateView";
import { VariableList } from "./VariableList";
import { VersionDiff } from "./VersionDiff";
import { VersionLabels } from "./VersionLabels";
import "../../ui/Fields.css";
import "./VersionView.css";

interface VersionViewProps {
  view: View;
  history: PromptVersions;
  head: PromptVersionHead;
}

/** A version in full, or what it changed against another one. */
export function VersionView({ view, history, head }: VersionViewProps) {
  const { with: other } = useSearch({ from: "/p/$project/prompts/$name" });
  const { project } = view;
  const shown = useQuery(promptQuery(project, history.name, head.version));
  const use = useQuery(promptUseQuery(project, history.name, view.range));
  const notices = use.data?.notices.filter(({ version }) => version === String(head.version));
  const compared = history.versions.find(
    ({ version }) => String(version) === other && version !== head.version,
  );
  return (
    <div className="version-view">
      <VersionHead view={view} history={history} head={head} compared={compared?.version ?? null} />
      <NoticeList notices={notices ?? []} />
      {shown.isError && (
        <Notice title="The version could not be read" tone="error">
          <p>{shown.error.message}</p>
          <Button variant="outlined" onClick={() => void shown.refetch()}>
            Try again
          </Button>
        </Notice>
      )}
      {shown.isPending && <Waiting rows={8} />}
      {shown.data &&
        (compared ? (
          <VersionDiff project={project} shown={shown.data} with={compared.version} />
        ) : (
          <Whole version={shown.data} />
        ))}
    </div>
  );
}

function Whole({ version }: { version: Prompt }) {
  const config = configText(version.config);
  return (
    <>
      <TemplateView template={version.template} />
      <VariableList names={variablesOf(version.template)} />
      {config !== "" && (
        <section aria-label="Config">
          <h3>Config</h3>
          <CodeBlock code={config} wrap />
        </section>
      )}
    </>
  );
}

interface VersionHeadProps extends VersionViewProps {
  compared: number | null;
}

/** Who made it, when and why; its labels; and where to go on from it. */
function VersionHead({ view, history, head, compared }: VersionHeadProps) {
  const navigate = useNavigate({ from: "/p/$project/prompts/$name" });
  const { version, author, created, message } = head;
  const filter = `${termFor("prompt", history.name)} ${termFor("prompt_version", String(version))}`;
  return (
    <header className="version-head">
      <div className="version-facts">
        <h3>Version {version}</h3>
        <VersionLabels project={view.project} history={history} head={head} />
      </div>
      <p className="version-by">
        {author !== "" && `${author}, `}
        <Age time={created} ago />
        {message !== "" && <span dir="auto">: {message}</span>}
      </p>
      <div className="version-acts fields">
        {history.versions.length > 1 && (
          <label>
            Compare with
            <select
              value={compared ?? ""}
              onChange={(event) =>
                void navigate({
                  search: (search) => ({
                    ...search,
                    version: String(version),
                    with: event.target.value,
                  }),
                })
              }
            >
              <option value="">nothing</option>
              {history.versions
                .filter((one) => one.version !== version)
                .map((one) => (
                  <option key={one.version} value={one.version}>
                    version {one.version}
                  </option>
                ))}
            </select>
          </label>
        )}
        <Link
          to="/p/$project/traces"
          params={{ project: view.project }}
          search={({ range = "", live = "" }) => ({ range, live, filter })}
          className="button"
          data-variant="outlined"
        >
          Traces of this version
        </Link>
      </div>
    </header>
  );
}
