/** The one place that talks HTTP: paths, project, CSRF token and errors. */

import type { components } from "./schema";

type ErrorReply = components["schemas"]["ErrorReply"];

type Params = Record<string, string | readonly string[] | undefined>;

/** An answer that was not 2xx, or no answer at all (status 0). */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string,
    readonly details: ErrorReply["error"]["details"] = {},
  ) {
    super(message);
  }
}

/** Whether it may well be answered when it is asked again: nobody answered, or the server is busy or just starting. */
export function isPassing(error: Error): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status > 501;
}

/** Lets somebody whose session has ended sign in again; gives the new session's CSRF token. */
type Renewal = () => Promise<string>;

/** The token of a link, in the place of a session. */
let presented = "";

/** From now on every request presents this token, and no cookie. */
export function presentToken(token: string): void {
  presented = token;
}

/** Whether addresses that the browser itself opens are answered: those carry a cookie, and no token of a link. */
export function opensAddresses(): boolean {
  return presented === "";
}

let renewal: Renewal | null = null;
let renewing: Promise<string> | null = null;

/** Who is asked when an answer says that the session has ended; the request is then repeated. */
export function onSignedOut(ask: Renewal | null): void {
  renewal = ask;
}

/** GETs `/api/v1<path>`. Throws {@link ApiError}; an aborted request throws what `fetch` throws. */
export async function get<T>(path: string, params: Params, signal?: AbortSignal): Promise<T> {
  const response = await send(`${path}${queryString(params)}`, signal ? { signal } : {});
  return (await response.json()) as T;
}

/** GETs an answer that is read slice by slice: an export, or an event stream. */
export function stream(
  path: string,
  params: Params,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  return send(`${path}${queryString(params)}`, { headers, signal });
}

/** GETs JSON lines, one after the other; what else the page does goes on between them. */
export async function* getLines<T>(
  path: string,
  params: Params,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const response = await stream(path, params, {}, signal);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let slice = await reader?.read(); slice && !slice.done; slice = await reader?.read()) {
    const lines = (rest + slice.value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      yield JSON.parse(line) as T;
      await new Promise((done) => setTimeout(done));
    }
  }
  if (rest !== "") yield JSON.parse(rest) as T;
}

/** POSTs JSON; the answer's JSON, undefined when it has no body. */
export function post<T>(
  path: string,
  body: unknown,
  csrf: string,
  signal?: AbortSignal,
): Promise<T> {
  return write<T>("POST", path, body, csrf, signal);
}

/** PUTs JSON; the answer's JSON. */
export function put<T>(path: string, body: unknown, csrf: string): Promise<T> {
  return write<T>("PUT", path, body, csrf);
}

/** PATCHes JSON; the answer's JSON. */
export function patch<T>(path: string, body: unknown, csrf: string): Promise<T> {
  return write<T>("PATCH", path, body, csrf);
}

/** POSTs the bytes of a file; the answer's JSON. */
export async function upload<T>(
  path: string,
  params: Params,
  bytes: Blob,
  csrf: string,
): Promise<T> {
  const response = await send(`${path}${queryString(params)}`, {
    method: "POST",
    headers: { "content-type": "application/octet-stream", "x-csrf-token": csrf },
    body: bytes,
  });
  return (await response.json()) as T;
}

/** DELETEs. */
export async function remove(path: string, params: Params, csrf: string): Promise<void> {
  await send(`${path}${queryString(params)}`, {
    method: "DELETE",
    headers: { "x-csrf-token": csrf },
  });
}

/** The address of an API path, for what is not fetched but linked or copied. */
export function apiUrl(path: string, params: Params): string {
  return `/api/v1${path}${queryString(params)}`;
}

async function write<T>(
  method: "POST" | "PUT" | "PATCH",
  path: string,
  body: unknown,
  csrf: string,
  signal?: AbortSignal,
): Promise<T> {
  const response = await send(path, {
    ...(signal ? { signal } : {}),
    method,
    headers: { "content-type": "application/json", "x-csrf-token": csrf },
    body: JSON.stringify(body),
  });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  let response = await fetched(path, init);
  // 401 for the attempt to sign in itself means that the password is wrong.
  if (response.status === 401 && renewal !== null && path !== "/session") {
    // However many requests find it out, somebody is asked once.
    renewing ??= renewal().finally(() => {
      renewing = null;
    });
    response = await fetched(path, withCsrf(init, await renewing));
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

async function fetched(path: string, init: RequestInit): Promise<Response> {
  try {
    if (presented === "") {
      return await fetch(`/api/v1${path}`, { ...init, credentials: "same-origin" });
    }
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${presented}`);
    return await fetch(`/api/v1${path}`, { ...init, headers, credentials: "omit" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "unreachable", "The server does not answer. Is it still running?", "");
  }
}

function withCsrf(init: RequestInit, csrf: string): RequestInit {
  const headers = new Headers(init.headers);
  if (headers.has("x-csrf-token")) headers.set("x-csrf-token", csrf);
  return { ...init, headers };
}

async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const { error } = JSON.parse(text) as ErrorReply;
    const { code, message, request_id: requestId, details } = error;
    return new ApiError(response.status, code, message, requestId, details);
  } catch {
    const message = `The server answered ${response.status} ${response.statusText}`.trim();
    return new ApiError(response.status, "unexpected", `${message}.`, "");
  }
}

function queryString(params: Params): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    // Empty means not asked for; no parameter of the API means anything by it.
    if (value === undefined || value === "") continue;
    for (const one of typeof value === "string" ? [value] : value) search.append(name, one);
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}
