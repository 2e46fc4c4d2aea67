import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { ApiError, onSignedOut } from "../api/client";
import { meQuery, signIn } from "../api/session";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import { useTheme } from "../ui/useTheme";
import { SignIn } from "./SignIn";
import { SignInAgain } from "./SignInAgain";

/** Somebody waits for a new session: `done` hands over its CSRF token, `failed` gives up. */
interface Waiting {
  done: (csrf: string) => void;
  failed: (error: Error) => void;
}

/** Lets in who has signed in, or has the install's token, which `clearspan up` puts into the fragment. */
export function Gate({ children }: { children: ReactNode }) {
  useTheme();
  const me = useQuery(meQuery);
  const [token] = useState(takeToken);
  const isLetIn = me.data?.authenticated === true;
  const refused = useTokenOnce(token, me.data);
  const waiting = useExpiry(isLetIn);

  if (isLetIn) {
    return (
      <>
        {children}
        {waiting && <SignInAgain onDone={waiting.done} onClose={() => waiting.failed(ENDED)} />}
      </>
    );
  }
  if (me.isError) {
    return (
      <Notice title="Clearspan cannot be reached" tone="error">
        <p>{messageOf(me.error)}</p>
        <Button variant="outlined" onClick={() => void me.refetch()}>
          Try again
        </Button>
      </Notice>
    );
  }
  if (!me.data || (me.data.mode === "open" && token !== null && refused === null)) return null;
  return <SignIn me={me.data} refused={refused} />;
}

const ENDED = new ApiError(401, "not_authenticated", "The session has ended. Sign in again.", "");

/** Exchanges the token of the address for a session; why it was not taken, if it was not. */
function useTokenOnce(
  token: string | null,
  me: { mode: string; authenticated: boolean; csrf: string } | undefined,
): string | null {
  const queries = useQueryClient();
  const [refused, setRefused] = useState<string | null>(null);
  const csrf = me?.csrf;
  const isWanted = me?.mode === "open" && !me.authenticated;
  useEffect(() => {
    if (!isWanted || token === null || csrf === undefined) return;
    signIn({ token }, csrf).then(
      () => void queries.invalidateQueries(),
      (error: unknown) => setRefused(messageOf(error)),
    );
  }, [isWanted, token, csrf, queries]);
  return refused;
}

/** While somebody is let in: whether a request waits for a new session. */
function useExpiry(isLetIn: boolean): Waiting | null {
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  useEffect(() => {
    if (!isLetIn) return;
    onSignedOut(() => {
      const answer = new Promise<string>((done, failed) => setWaiting({ done, failed }));
      return answer.finally(() => setWaiting(null));
    });
    return () => onSignedOut(null);
  }, [isLetIn]);
  return waiting;
}

/** The token from `#token=…`, taken out of the address bar and the history at once. */
function takeToken(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token !== null) {
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  return token;
}

function messageOf(error: unknown): string {
  return error instanceof ApiError ? error.message : "The token could not be checked.";
}
