import * as Popover from "@radix-ui/react-popover";
import { Icon } from "../../ui/Icon";
import "./FilterHelp.css";
import "./Menu.css";

const LINES = [
  { text: "kind:llm model:gpt-4o*", does: "both, of one span; * is any letters" },
  { text: "latency>2s cost>=0.05 tokens<10k", does: "amounts with their units" },
  { text: "user:(ann OR bob)", does: "either of the two" },
  { text: "-env:dev", does: "not, also NOT; AND is understood" },
  { text: "has:error  has:user", does: "known at all" },
  { text: 'attr["app.x"]=3', does: "an attribute as sent" },
  { text: '"refund policy"', does: "said in an input, output or error" },
  { text: "trace.cost>1  root.name:answer", does: "ask the trace, or its first span" },
] as const;

/** The grammar of filters at a glance. */
export function FilterHelp() {
  return (
    <Popover.Root>
      <Popover.Trigger className="filter-help-button" aria-label="How to filter">
        <Icon name="help" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="menu filter-help"
          align="end"
          sideOffset={6}
          aria-label="How to filter"
        >
          <dl>
            {LINES.map(({ text, does }) => (
              <div key={text}>
                <dt>
                  <code>{text}</code>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
