import { useQuery } from "@tanstack/react-query";
import { type Prompt, promptQuery } from "../../api/prompts";
import { configText, wholeText } from "../../model/promptText";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { WordDiff } from "../../ui/WordDiff";

interface VersionDiffProps {
  project: string;
  shown: Prompt;
  /** The number of the other version. */
  with: number;
}

/** What a version has that another one has not, and the other way round. */
export function VersionDiff({ project, shown, with: other }: VersionDiffProps) {
  const before = useQuery(promptQuery(project, shown.name, other));
  if (before.isError) {
    return (
      <Notice title={`Version ${other} could not be read`} tone="error">
        <p>{before.error.message}</p>
        <Button variant="outlined" onClick={() => void before.refetch()}>
          Try again
        </Button>
      </Notice>
    );
  }
  if (!before.data) return <Waiting rows={8} />;
  const text = [wholeText(before.data.template), wholeText(shown.template)] as const;
  const config = [configText(before.data.config), configText(shown.config)] as const;
  const names = { first: `version ${other}`, second: `version ${shown.version}` };
  return (
    <>
      <Changed title="Text" names={names} texts={text} />
      <Changed title="Config" names={names} texts={config} />
    </>
  );
}

interface ChangedProps {
  title: string;
  names: { first: string; second: string };
  texts: readonly [first: string, second: string];
}

function Changed({ title, names, texts: [first, second] }: ChangedProps) {
  return (
    <section aria-label={`Changes of ${title.toLowerCase()}`}>
      <h3>
        {title}
        {first === second
          ? ": the same in both"
          : `: struck through is of ${names.first} alone, underlined of ${names.second}`}
      </h3>
      {first !== second && (
        <div className="template">
          <WordDiff first={first} second={second} />
        </div>
      )}
    </section>
  );
}
