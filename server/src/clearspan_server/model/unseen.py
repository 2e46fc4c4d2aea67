"""Characters that no eye sees: whoever shows captured text shows these as something else, or leaves them out.

Each is the inside of a class of a regular expression. Tabs and line feeds, which every text may have, are in none.
"""

# What a terminal obeys (C0, DEL, C1), what separates lines or turns their direction, and what hides in a text.
UNSEEN = "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
# What writing and emoji are joined and chosen with, and what a model reads all the same, where nobody sees it.
JOINING = "\u200c\u200d\ufe00-\ufe0f\U000e0000-\U000e0fff"
