import { Link, Outlet, useLocation, useParams } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import "./SettingsPage.css";

const TABS = [
  { name: "Projects", to: "/p/$project/settings" },
  { name: "API keys", to: "/p/$project/settings/keys" },
  { name: "Providers", to: "/p/$project/settings/providers" },
  { name: "Prices", to: "/p/$project/settings/prices" },
  { name: "Accounts", to: "/p/$project/settings/accounts" },
  { name: "Links", to: "/p/$project/settings/links" },
  { name: "Scraping", to: "/p/$project/settings/scraping" },
  { name: "Redaction", to: "/p/$project/settings/redaction" },
  { name: "Retention", to: "/p/$project/settings/retention" },
  { name: "Erasure", to: "/p/$project/settings/erasure" },
  { name: "Storage", to: "/p/$project/settings/storage" },
  { name: "Versions", to: "/p/$project/settings/versions" },
] as const;

/** The settings, a tab each; every tab has an address. */
export function SettingsPage() {
  const { project } = useParams({ from: "/p/$project" });
  const tabs = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    // Where they do not fit, the one that is open is in sight.
    const open = tabs.current?.querySelector("[aria-current=page]");
    open?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [pathname]);
  return (
    <>
      <nav className="settings-tabs" aria-label="Settings" ref={tabs}>
        {TABS.map(({ name, to }) => (
          <Link
            key={to}
            to={to}
            params={{ project }}
            search={({ filter = "", range = "", live = "" }) => ({ filter, range, live })}
            activeOptions={{ includeSearch: false, exact: true }}
          >
            {name}
          </Link>
        ))}
      </nav>
      <Outlet />
    </>
  );
}
