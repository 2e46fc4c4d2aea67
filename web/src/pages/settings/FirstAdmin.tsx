import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createAccount } from "../../api/accounts";
import { signIn } from "../../api/session";
import { Button } from "../../ui/Button";
import { NewPassword } from "../NewPassword";
import { useSession } from "../useSession";
import { Tab } from "./Tab";
import "../SignIn.css";
import "./FirstAdmin.css";

/** Makes the first admin, which ends open mode for ever, and signs in. */
export function FirstAdmin() {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const create = useMutation({
    mutationFn: async () => {
      await createAccount({ name, password, role: "admin" }, csrf);
      await signIn({ name, password }, csrf);
    },
    onSuccess: () => queries.invalidateQueries(),
  });
  return (
    <Tab
      title="Create the first admin"
      note="This server is open: it serves this machine alone, programs send without a key, and the install's token reads."
    >
      <ul className="first-admin">
        <li>From then on people sign in, and programs send with an API key.</li>
        <li>The server may listen on other addresses, and stand behind a proxy.</li>
        <li>There is no way back to open mode. The data stays as it is.</li>
      </ul>
      <form
        className="sign-in-form first-admin-form"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <label>
          Name or e-mail address
          <input
            required
            maxLength={200}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <NewPassword label="Password" value={password} onChange={setPassword} />
        {create.error && <p role="alert">{create.error.message}</p>}
        <Button type="submit" variant="primary" disabled={create.isPending}>
          {create.isPending ? "Creating" : "Create the admin"}
        </Button>
      </form>
    </Tab>
  );
}
