import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { ApiError } from "../api/client";
import { meQuery, signIn } from "../api/session";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import { useTheme } from "../ui/useTheme";
import { SignIn } from "./SignIn";

/** Lets nobody in without the install's token, which `clearspan up` puts into the fragment. */
export function Gate({ children }: { children: ReactNode }) {
  useTheme();
  const queries = useQueryClient();
  const [token] = useState(takeToken);
  const [refused, setRefused] = useState<string | null>(null);
  const me = useQuery(meQuery);
  const csrf = me.data?.csrf;
  const mustSignIn = me.data?.authenticated === false;

  useEffect(() => {
    if (!mustSignIn || token === null || csrf === undefined) return;
    signIn(token, csrf).then(
      () => void queries.invalidateQueries(),
      (error: unknown) => setRefused(messageOf(error)),
    );
  }, [mustSignIn, token, csrf, queries]);

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
  if (!me.data) return null;
  if (me.data.authenticated) return children;
  if (token !== null && refused === null) return null;
  return <SignIn csrf={me.data.csrf} refused={refused} />;
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
