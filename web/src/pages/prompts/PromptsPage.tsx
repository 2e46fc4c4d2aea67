import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import {
  newestFiguresQuery,
  type PromptHead,
  PROMPTS_ON_PAGE,
  promptsQuery,
} from "../../api/prompts";
import { formatExact } from "../../model/format";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { useView } from "../shell/useView";
import { useSession } from "../useSession";
import { NoPrompts } from "./NoPrompts";
import { PromptEditor } from "./PromptEditor";
import { PromptTable } from "./PromptTable";
import { PromptTools } from "./PromptTools";
import "./PromptsPage.css";

/** The prompts of a project, or a new one while it is written. */
export function PromptsPage() {
  const { project } = useView();
  const { isAdmin } = useSession();
  const { new: isNew } = useSearch({ from: "/p/$project/prompts" });
  const navigate = useNavigate({ from: "/p/$project/prompts" });
  const write = (on: string) => void navigate({ search: (search) => ({ ...search, new: on }) });
  if (isNew === "on" && isAdmin) {
    return <PromptEditor project={project} name={null} base={null} onLeave={() => write("")} />;
  }
  return <Listed onAdd={isAdmin ? () => write("on") : null} />;
}

/** A page of them, with how the newest version of each does. */
function Listed({ onAdd }: { onAdd: (() => void) | null }) {
  const { project } = useView();
  const asked = useAsked();
  const { words, tag, set } = asked;
  const list = useQuery(promptsQuery(project, asked));
  if (list.isError) {
    return (
      <Notice title="The prompts could not be listed" tone="error">
        <p>{list.error.message}</p>
        <Button variant="outlined" onClick={() => void list.refetch()}>
          Try again
        </Button>
      </Notice>
    );
  }
  if (!list.data) return <Waiting rows={12} />;
  const { prompts, total, tags } = list.data;
  if (total === 0 && words === "" && tag === "") {
    return <NoPrompts project={project} onAdd={onAdd} />;
  }
  return (
    <div className="prompts">
      <PromptTools words={words} tag={tag} tags={tags} onChange={set} onAdd={onAdd} />
      {prompts.length === 0 ? (
        <Notice title={total === 0 ? "No prompt is found" : "There is no such page"}>
          <Button variant="outlined" onClick={() => set({ words: "", tag: "", page: "" })}>
            Show all prompts
          </Button>
        </Notice>
      ) : (
        <Measured prompts={prompts} asked={asked} />
      )}
      <Pages page={asked.page} total={total} onChange={(page) => set({ page: String(page) })} />
    </div>
  );
}

/** What the address asks for. */
function useAsked() {
  const { words = "", tag = "", page: pageText = "1" } = useSearch({ from: "/p/$project/prompts" });
  const navigate = useNavigate({ from: "/p/$project/prompts" });
  const page = Math.max(1, Math.floor(Number(pageText)) || 1);
  const set = (next: { words?: string; tag?: string; page?: string }) =>
    void navigate({
      search: (search) => ({ ...search, ...next }),
      // What is typed letter by letter is one step back.
      replace: next.words !== undefined,
    });
  return { words, tag, page, offset: (page - 1) * PROMPTS_ON_PAGE, set };
}

interface MeasuredProps {
  prompts: readonly PromptHead[];
  asked: ReturnType<typeof useAsked>;
}

function Measured({ prompts, asked }: MeasuredProps) {
  const { project, range } = useView();
  const figures = useQuery(newestFiguresQuery(project, asked, range));
  return (
    <>
      {figures.isError && <p role="alert">The figures are missing: {figures.error.message}</p>}
      <PromptTable project={project} prompts={prompts} figures={figures.data} />
    </>
  );
}

interface PagesProps {
  page: number;
  total: number;
  onChange: (page: number) => void;
}

function Pages({ page, total, onChange }: PagesProps) {
  const last = Math.ceil(total / PROMPTS_ON_PAGE);
  if (last <= 1) return null;
  const first = (page - 1) * PROMPTS_ON_PAGE + 1;
  return (
    <nav className="prompt-pages" aria-label="Pages of prompts">
      <Button disabled={page <= 1} onClick={() => onChange(page - 1)}>
        Previous
      </Button>
      <span className="number">
        {formatExact(first)}–{formatExact(Math.min(page * PROMPTS_ON_PAGE, total))} of{" "}
        {formatExact(total)}
      </span>
      <Button disabled={page >= last} onClick={() => onChange(page + 1)}>
        Next
      </Button>
    </nav>
  );
}
