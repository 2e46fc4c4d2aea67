"""The themes of the monitor: what stands on what, and the colours of kinds."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from textual.theme import Theme

_DARK_KINDS = {
    "llm": "#b381f5",
    "agent": "#7f95f2",
    "tool": "#e4a249",
    "retriever": "#50b9a9",
    "reranker": "#58bed5",
    "embedding": "#53a1e8",
    "chain": "#8893a5",
    "guardrail": "#ef6e8b",
    "evaluator": "#60bc71",
    "http": "#909295",
    "db": "#ad7d5d",
    "other": "#848689",
}
_LIGHT_KINDS = {
    "llm": "#894ed6",
    "agent": "#4057c2",
    "tool": "#a86200",
    "retriever": "#0b7c70",
    "reranker": "#007c92",
    "embedding": "#0b6cb5",
    "chain": "#5b6679",
    "guardrail": "#c22e60",
    "evaluator": "#27803c",
    "http": "#6c6e71",
    "db": "#845738",
    "other": "#6c6e71",
}


@dataclass(slots=True, frozen=True)
class Palette:
    """The colours of a theme, in the words of the browser's tokens."""

    bg: str
    raised: str
    selected: str
    line: str
    text: str
    dim: str
    accent: str
    ok: str
    warn: str
    error: str
    open: str
    cancelled: str
    kinds: Mapping[str, str] = field(default_factory=lambda: _DARK_KINDS)
    dark: bool = True

    def status(self, status: str) -> str:
        """The colour of a status."""
        known = {"ok": self.ok, "error": self.error, "crashed": self.error, "open": self.open}
        return known.get(status, self.cancelled)

    def kind(self, kind: str) -> str:
        """The colour of a kind."""
        return self.kinds.get(kind, self.kinds["other"])


def _green(*, strong: str, faint: str) -> Mapping[str, str]:
    """Kinds in one colour, as the glyphs tell them apart: calls of models and agents stand out."""
    return {kind: strong if kind in {"llm", "agent"} else faint for kind in _DARK_KINDS}


PALETTES: Mapping[str, Palette] = {
    "dark": Palette(
        bg="#0f1115",
        raised="#191b20",
        selected="#2a2f4a",
        line="#33363d",
        text="#e6e8ec",
        dim="#a4a8af",
        accent="#919afb",
        ok="#4ebe7d",
        warn="#e6b55d",
        error="#fa706c",
        open="#56acf0",
        cancelled="#8f929a",
    ),
    "light": Palette(
        bg="#fcfcfe",
        raised="#f0f1f5",
        selected="#dcdff8",
        line="#c9ccd4",
        text="#1d222a",
        dim="#545861",
        accent="#494fcc",
        ok="#1d7d4a",
        warn="#8a5500",
        error="#c51d24",
        open="#0067ab",
        cancelled="#656971",
        kinds=_LIGHT_KINDS,
        dark=False,
    ),
    "nord": Palette(
        bg="#2e3440",
        raised="#353c4a",
        selected="#4c566a",
        line="#4c566a",
        text="#eceff4",
        dim="#b4bdcc",
        accent="#88c0d0",
        ok="#a3be8c",
        warn="#ebcb8b",
        error="#e58d95",
        open="#8fb4dc",
        cancelled="#a5aebd",
        kinds=_DARK_KINDS
        | {
            "llm": "#c8a0c4",
            "agent": "#8fb4dc",
            "tool": "#e0a088",
            "db": "#c9a58c",
            "chain": "#a5b1c4",
        },
    ),
    "dracula": Palette(
        bg="#282a36",
        raised="#303341",
        selected="#44475a",
        line="#4d5168",
        text="#f8f8f2",
        dim="#b3b8d1",
        accent="#bd93f9",
        ok="#50fa7b",
        warn="#f1fa8c",
        error="#ff6e6e",
        open="#8be9fd",
        cancelled="#a0a6c0",
        kinds=_DARK_KINDS
        | {
            "llm": "#bd93f9",
            "agent": "#8be9fd",
            "tool": "#ffb86c",
            "guardrail": "#ff79c6",
            "db": "#c9a58c",
        },
    ),
    "matrix": Palette(
        bg="#030a04",
        raised="#07150a",
        selected="#0d3a1a",
        line="#14532a",
        text="#8dfca6",
        dim="#4fb96a",
        accent="#39ff6a",
        ok="#39ff6a",
        warn="#d6ff5c",
        error="#ff6b5e",
        open="#9dffe0",
        cancelled="#6f9f7c",
        kinds=_green(strong="#7dffa0", faint="#3fae62"),
    ),
}


def theme_of(name: str, palette: Palette) -> Theme:
    """A palette as Textual takes it, for what it draws itself: footer, field, scroll bars."""
    return Theme(
        name=name,
        primary=palette.accent,
        secondary=palette.dim,
        accent=palette.accent,
        foreground=palette.text,
        background=palette.bg,
        surface=palette.bg,
        panel=palette.raised,
        success=palette.ok,
        warning=palette.warn,
        error=palette.error,
        dark=palette.dark,
        variables={
            "line": palette.line,
            "dim": palette.dim,
            "footer-background": palette.raised,
            "footer-key-foreground": palette.accent,
            "footer-description-foreground": palette.dim,
            "footer-description-background": palette.raised,
            "footer-item-background": palette.raised,
            "footer-key-background": palette.raised,
            "scrollbar": palette.line,
            "scrollbar-hover": palette.dim,
            "scrollbar-active": palette.accent,
            "scrollbar-background": palette.bg,
            "scrollbar-background-hover": palette.bg,
            "scrollbar-background-active": palette.bg,
            "scrollbar-corner-color": palette.bg,
            "border": palette.accent,
            "border-blurred": palette.line,
        },
    )
