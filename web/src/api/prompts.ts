/** Prompts: their versions, the labels that point at them, and how each version does. */

import { queryOptions } from "@tanstack/react-query";
import { ofSameProject } from "../model/previousData";
import { type Range, rangeParams, serializeRange } from "../model/range";
import { ApiError, get, post, put, remove } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Prompt = Schemas["Prompt"];
export type PromptHead = Schemas["PromptHead"];
export type PromptFigures = Schemas["PromptFigures"];
export type PromptNotice = Schemas["PromptNotice"];
export type PromptVersionHead = Schemas["PromptVersionHead"];
export type PromptVersions = Schemas["PromptVersions"];
type PromptRequest = Partial<Schemas["PromptRequest"]> &
  Pick<Schemas["PromptRequest"], "name" | "template">;

interface PromptsAsked {
  words: string;
  tag: string;
  offset: number;
}

export const PROMPTS_ON_PAGE = 100;

/** A page of the prompts of a project, in order of their names. */
export function promptsQuery(project: string, { words, tag, offset }: PromptsAsked) {
  const asked = { words, tag, offset };
  return queryOptions({
    queryKey: ["prompts", project, asked],
    queryFn: ({ signal }) =>
      get<Schemas["PromptList"]>("/prompts", paramsOf(project, asked), signal),
    placeholderData: ofSameProject(project),
  });
}

/** The figures of the newest versions of the prompts on that page, by name. */
export function newestFiguresQuery(
  project: string,
  { words, tag, offset }: PromptsAsked,
  range: Range,
) {
  const asked = { words, tag, offset };
  return queryOptions({
    queryKey: ["prompts", project, asked, "figures", serializeRange(range)],
    queryFn: ({ signal }) =>
      get<Schemas["PromptListFigures"]>(
        "/prompt-figures",
        { ...paramsOf(project, asked), ...rangeParams(range) },
        signal,
      ),
    select: ({ figures }) => figures,
    placeholderData: ofSameProject(project),
  });
}

/** The history of a prompt, the newest version first. */
export function promptVersionsQuery(project: string, name: string) {
  return queryOptions({
    queryKey: ["prompt", project, name, "versions"],
    queryFn: ({ signal }) => get<PromptVersions>("/prompt-versions", { project, name }, signal),
  });
}

export function promptQuery(project: string, name: string, version: number) {
  return queryOptions({
    queryKey: ["prompt", project, name, "version", version],
    queryFn: ({ signal }) =>
      get<Prompt>(
        `/prompts/${encodeURIComponent(name)}`,
        { project, version: String(version) },
        signal,
      ),
  });
}

/** How the versions of a prompt do in a range, and what changed much between them. */
export function promptUseQuery(project: string, name: string, range: Range) {
  return queryOptions({
    queryKey: ["prompt", project, name, "use", serializeRange(range)],
    queryFn: ({ signal }) =>
      get<Schemas["PromptUse"]>("/prompt-use", { project, name, ...rangeParams(range) }, signal),
    placeholderData: (before, query) => (query?.queryKey[2] === name ? before : undefined),
  });
}

/** Whether a prompt is kept here; null where none of this name is. */
export function keptPromptQuery(project: string, name: string) {
  return queryOptions({
    queryKey: ["prompts", project, "named", name],
    queryFn: ({ signal }) =>
      get<Schemas["PromptList"]>("/prompts", { project, name, limit: "1" }, signal),
    select: ({ prompts }) => prompts[0] ?? null,
    staleTime: 60_000,
  });
}

export function savePromptVersion(
  project: string,
  wanted: PromptRequest,
  csrf: string,
): Promise<Prompt> {
  return post<Prompt>(`/prompts?${search({ project })}`, wanted, csrf);
}

export function moveLabel(
  project: string,
  where: { name: string; label: string },
  version: number,
  csrf: string,
): Promise<Prompt> {
  return put<Prompt>(`/prompt-labels?${search({ project, ...where })}`, { version }, csrf);
}

export function removeLabel(
  project: string,
  where: { name: string; label: string },
  csrf: string,
): Promise<void> {
  return remove("/prompt-labels", { project, ...where }, csrf);
}

/** Deletes one version, or with null all of them. */
export function deletePrompt(
  project: string,
  name: string,
  version: number | null,
  csrf: string,
): Promise<void> {
  const one = version === null ? {} : { version: String(version) };
  return remove("/prompt-versions", { project, name, ...one }, csrf);
}

export function isMissing(error: Error | null): boolean {
  return error instanceof ApiError && error.status === 404;
}

function paramsOf(project: string, { words, tag, offset }: PromptsAsked) {
  return { project, words, tag, offset: String(offset), limit: String(PROMPTS_ON_PAGE) };
}

function search(params: Record<string, string>): string {
  return new URLSearchParams(params).toString();
}
