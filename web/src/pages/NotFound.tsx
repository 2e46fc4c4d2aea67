import { Link } from "@tanstack/react-router";
import { Notice } from "../ui/Notice";

/** An address that leads nowhere. */
export function NotFound() {
  return (
    <Notice title="There is no page here">
      <p>
        The address <code>{location.pathname}</code> is not one of Clearspan&apos;s.
      </p>
      <Link to="/" className="button" data-variant="outlined">
        Go to the overview
      </Link>
    </Notice>
  );
}
