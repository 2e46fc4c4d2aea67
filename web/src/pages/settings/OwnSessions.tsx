import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { endSession, ownSessionsQuery } from "../../api/accounts";
import { browserName } from "../../model/browserName";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import { DataTable } from "../../ui/DataTable";
import { PasswordChange } from "../PasswordChange";
import { useSession } from "../useSession";
import { Loaded } from "./Loaded";
import { Tab } from "./Tab";

const COLUMNS = [
  { name: "Browser", type: "words" },
  { name: "Address", type: "words" },
  { name: "Signed in" },
  { name: "Seen" },
  { name: "" },
] as const;

/** Where one is signed in, and one's password. */
export function OwnSessions() {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const sessions = useQuery(ownSessionsQuery);
  const [isChanging, setChanging] = useState(false);
  const end = useMutation({
    mutationFn: (id: string) => endSession(id, csrf),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["own-sessions"] }),
  });
  const change = (
    <Button variant="outlined" onClick={() => setChanging(true)}>
      Change password
    </Button>
  );
  return (
    <Tab
      title="Where you are signed in"
      note="A change of the password ends all of these but this one."
      action={change}
    >
      {end.error && <p role="alert">{end.error.message}</p>}
      <Loaded query={sessions} what="Your sessions">
        {(rows) => (
          <DataTable label="Your sessions" columns={COLUMNS}>
            {rows.map((row) => (
              <tr key={row.id}>
                <th scope="row" className="words" title={row.agent}>
                  {browserName(row.agent)}
                  {row.current && <span className="none"> this one</span>}
                </th>
                <td className="words mono">{row.address}</td>
                <td>
                  <Age time={row.created} ago />
                </td>
                <td>
                  <Age time={row.seen} ago />
                </td>
                <td>
                  {!row.current && <Button onClick={() => end.mutate(row.id)}>Sign out</Button>}
                </td>
              </tr>
            ))}
          </DataTable>
        )}
      </Loaded>
      {isChanging && <PasswordChange onClose={() => setChanging(false)} />}
    </Tab>
  );
}
