"""What is wrong with the look of a page: wider than its window, cut, or a serious fault by the rules of axe."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

from browsing import DESKTOP, PHONE

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
TABLET = (1024, 768)

# Texts that end outside of what hides them without an ellipsis, figures that end in one, and boxes that are too wide.
_FAULTS = """() => {
  const found = [];
  const told = element => element.outerHTML.slice(0, 90);
  for (const box of [document.scrollingElement, ...document.querySelectorAll('main')]) {
    if (box.scrollWidth > box.clientWidth) found.push(`scrolls sideways: ${told(box)}`);
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (text.data.trim() === '') continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const drawn = range.getBoundingClientRect();
    if (drawn.width < 2 || text.parentElement.closest('[aria-hidden=true], option, svg')) continue;
    for (let over = text.parentElement; over; over = over.parentElement) {
      const style = getComputedStyle(over);
      if (style.overflowX === 'visible') continue;
      const box = over.getBoundingClientRect();
      if (box.width < 8) break;  // what is there for screen readers alone
      const isCut = drawn.right > box.right + 1 || drawn.left < box.left - 1;
      const isSaid = style.textOverflow === 'ellipsis' && !text.parentElement.closest('.number');
      const isFew = style.webkitLineClamp !== 'none';
      if (isCut && style.overflowX !== 'auto' && style.overflowX !== 'scroll' && !isSaid && !isFew) {
        found.push(`cut: ${JSON.stringify(text.data.trim().slice(0, 40))} in ${told(over)}`);
      }
      break;
    }
  }
  return [...new Set(found)].slice(0, 5);
}"""

# Charts take their new width a frame after their box has it.
_DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"

_AXE = """async ({ within, options }) => {
  // A row of a tree and a node of a graph are named by their first words; the figures behind are not part of it.
  const NAMED = ['label-content-name-mismatch'].filter(() => document.querySelector('[role=tree], .graph'));
  const { violations } = await axe.run(within, {
    resultTypes: ['violations'], preload: false, elementRef: false, ...options,
  });
  return violations
    .filter(({ id, impact }) => (impact === 'serious' || impact === 'critical') && !NAMED.includes(id))
    .flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html, any }) =>
      `${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ''}`));
}"""


def faults(page: Page, within: str = "body", *, is_brief: bool = False) -> list[str]:
    """What is wrong with the page as it stands, at each width and in both themes; it is left light.

    The rules of axe are asked of what is `within` a selector; in the dark those of colours alone. In brief: on a phone
    alone, in the light.
    """
    found: list[str] = []
    for size in (PHONE,) if is_brief else (PHONE, TABLET, DESKTOP):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.evaluate(_DRAWN)
        found += [f"at {size[0]}: {one}" for one in page.evaluate(_FAULTS)]
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe_source())
    if not is_brief:
        page.emulate_media(color_scheme="dark")
        found += [f"dark: {one}" for one in _violations(page, within, runOnly=["color-contrast"])]
        page.emulate_media(color_scheme="light")
    return found + _violations(page, within)


def _violations(page: Page, within: str, **options: object) -> list[str]:
    said: list[str] = page.evaluate(_AXE, {"within": within, "options": options})
    return said


@cache
def _axe_source() -> str:
    return AXE.read_text(encoding="utf-8")
