import type { Sender } from "../../api/deliveries";
import { bySeverity, describeSkew, formatSeconds } from "../../model/delivery";
import { formatCount, formatExact } from "../../model/format";
import { Age } from "../../ui/Age";
import { DataTable } from "../../ui/DataTable";
import "./SenderTable.css";

const COLUMNS = [
  { name: "Service", type: "words" },
  { name: "Program", type: "words", hint: "What sends, as it calls itself" },
  { name: "Process", type: "words", hint: "Our SDK's process id, else the instance or address" },
  { name: "Protocol", type: "words" },
  { name: "Sent", hint: "By its own count; only our SDK counts" },
  { name: "Received" },
  { name: "Stored" },
  { name: "Duplicates" },
  { name: "Rejected" },
  { name: "Quarantined" },
  { name: "Dropped", hint: "Given up by the sender itself, by its own count" },
  { name: "Missing", hint: "Sent by its own count, and not received" },
  { name: "Lag", hint: "From received to stored; 95 % took no longer" },
  {
    name: "Clock",
    hint: "The sender's clock against this server's: its newest record less ours when it came",
  },
  { name: "Last" },
] as const;

/** Who sends, and what became of it; those in trouble first. */
export function SenderTable({ senders }: { senders: readonly Sender[] }) {
  return (
    <section className="delivery-part">
      <h2>Senders</h2>
      <DataTable label="Senders" columns={COLUMNS}>
        {bySeverity(senders).map((sender) => (
          <Row key={`${sender.service} ${sender.process} ${sender.protocol}`} sender={sender} />
        ))}
      </DataTable>
    </section>
  );
}

function Row({ sender }: { sender: Sender }) {
  return (
    <tr>
      <th scope="row" className="words">
        {sender.service === "" ? <span className="none">unnamed</span> : sender.service}
      </th>
      <td className="words sender-program" title={sender.sender}>
        {sender.sender}
      </td>
      <td className="words mono" title={sender.process}>
        {sender.process.slice(0, 15)}
      </td>
      <td className="words">{sender.protocol}</td>
      <Count count={sender.sent} />
      <Count count={sender.received} />
      <Count count={sender.stored} />
      <Count count={sender.duplicates} />
      <Count count={sender.rejected} tone="bad" />
      <Count count={sender.quarantined} tone="odd" />
      <Count count={sender.dropped} tone="bad" />
      <Count count={sender.missing} tone="bad" />
      <td>{formatSeconds(sender.lag_s)}</td>
      <td>{describeSkew(sender.skew_s)}</td>
      <td>
        <Age time={sender.last} />
      </td>
    </tr>
  );
}

/** A count; faint when nothing, a dash when nobody counted. */
function Count({ count, tone = "" }: { count: number | null; tone?: string }) {
  if (count === null) return <td className="none">–</td>;
  return (
    <td className={count === 0 ? "none" : tone} title={formatExact(count)}>
      {formatCount(count)}
    </td>
  );
}
