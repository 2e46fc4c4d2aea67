import { expect, test } from "vitest";
import { browserName } from "./browserName";

const LIKE_ALL = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)";

test.each([
  [`${LIKE_ALL} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0`, "Edge on Windows"],
  [`${LIKE_ALL} Chrome/141.0.0.0 Safari/537.36`, "Chrome on Windows"],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", "Firefox on Linux"],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Mobile/15E148 Safari/604.1",
    "Safari on iOS",
  ],
  ["python-requests/2.32", "python-requests"],
  ["", "unknown"],
])("%s is named", (agent, name) => {
  expect(browserName(agent)).toBe(name);
});
