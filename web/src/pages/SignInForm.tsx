import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { signIn } from "../api/session";
import { Button } from "../ui/Button";
import "./SignIn.css";

interface SignInFormProps {
  csrf: string;
  /** Known already where somebody signs in again. */
  initialName?: string;
  onDone: () => void;
}

/** A name and its password. */
export function SignInForm({ csrf, initialName = "", onDone }: SignInFormProps) {
  const [name, setName] = useState(initialName);
  const [password, setPassword] = useState("");
  const enter = useMutation({
    mutationFn: () => signIn({ name, password }, csrf),
    onSuccess: onDone,
  });
  return (
    <form
      className="sign-in-form"
      onSubmit={(event) => {
        event.preventDefault();
        enter.mutate();
      }}
    >
      <label>
        Name or e-mail address
        <input
          autoComplete="username"
          autoFocus={initialName === ""}
          autoCapitalize="none"
          spellCheck={false}
          required
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <label>
        Password
        <input
          type="password"
          autoComplete="current-password"
          autoFocus={initialName !== ""}
          required
          maxLength={200}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      {enter.error && <p role="alert">{enter.error.message}</p>}
      <Button type="submit" variant="primary" disabled={enter.isPending}>
        {enter.isPending ? "Signing in" : "Sign in"}
      </Button>
    </form>
  );
}
