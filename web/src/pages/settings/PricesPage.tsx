import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type PriceBook, type PriceRow, pricesQuery } from "../../api/prices";
import { formatAbsolute, parseTime } from "../../model/format";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { useView } from "../shell/useView";
import { useSession } from "../useSession";
import { History } from "./History";
import { PriceDeletion } from "./PriceDeletion";
import { PriceForm } from "./PriceForm";
import { PriceTable } from "./PriceTable";
import { TryName } from "./TryName";
import "./PricesPage.css";

/** What the project's calls are priced with: its own entries before the price list. */
export function PricesPage() {
  const { project } = useView();
  const prices = useQuery(pricesQuery(project));
  if (prices.data) return <Found project={project} book={prices.data} />;
  if (!prices.error) return <Waiting rows={10} />;
  return (
    <Notice title="The prices could not be read" tone="error">
      <p>{prices.error.message}</p>
      <Button variant="outlined" onClick={() => void prices.refetch()}>
        Try again
      </Button>
    </Notice>
  );
}

type Open = { what: "form" | "deletion"; entry: PriceRow } | { what: "form"; entry: null } | null;

function Found({ project, book }: { project: string; book: PriceBook }) {
  const { isAdmin } = useSession();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  return (
    <div className="prices">
      <header>
        <div>
          <h2>Prices</h2>
          <p className="prices-note">{describe(book)}</p>
        </div>
        {isAdmin && (
          <Button variant="primary" onClick={() => setOpen({ what: "form", entry: null })}>
            Add a price
          </Button>
        )}
      </header>
      {book.entries.length > 0 ? (
        <PriceTable
          entries={book.entries}
          canChange={isAdmin}
          onEdit={(entry) => setOpen({ what: "form", entry })}
          onDelete={(entry) => setOpen({ what: "deletion", entry })}
        />
      ) : (
        <p className="prices-note" role="status">
          No prices of this project's own. Add one for a model that the list does not know, a
          deployment with a name of its own, or prices that you have agreed on.
        </p>
      )}
      <TryName project={project} />
      <History project={project} />
      {open?.what === "form" && (
        <PriceForm project={project} entry={open.entry} classes={book.classes} onClose={close} />
      )}
      {open?.what === "deletion" && (
        <PriceDeletion project={project} entry={open.entry} onClose={close} />
      )}
    </div>
  );
}

function describe({ price_list: list }: PriceBook): string {
  const when =
    list.imported === null ? "" : `, imported ${formatAbsolute(parseTime(list.imported))}`;
  return `An entry comes before the price list (${list.version}${when}). It prices what is received from now on.`;
}
