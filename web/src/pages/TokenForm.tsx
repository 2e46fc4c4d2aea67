import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { signIn } from "../api/session";
import { Button } from "../ui/Button";
import "./SignIn.css";

interface TokenFormProps {
  csrf: string;
  /** Why a token from elsewhere was not taken. */
  refused: string | null;
  onDone: () => void;
}

/** Takes the install's token. */
export function TokenForm({ csrf, refused, onDone }: TokenFormProps) {
  const [token, setToken] = useState("");
  const enter = useMutation({
    mutationFn: () => signIn({ token: token.trim() }, csrf),
    onSuccess: onDone,
  });
  const problem = enter.error?.message ?? refused;
  return (
    <>
      <form
        className="sign-in-row"
        onSubmit={(event) => {
          event.preventDefault();
          enter.mutate();
        }}
      >
        <input
          type="password"
          className="mono"
          aria-label="Token"
          autoComplete="off"
          spellCheck={false}
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        <Button type="submit" variant="primary" disabled={token.trim() === ""}>
          Open
        </Button>
      </form>
      {problem !== null && <p role="alert">{problem}</p>}
    </>
  );
}
