"""A page, to be compared by what a browser makes of it."""

import html.parser


class Dom(html.parser.HTMLParser):
    """A page as lines: its tags with sorted attributes, and its texts."""

    def __init__(self, page):
        super().__init__()
        self.lines, self.text = [], ""
        self.feed(page)
        self.close()
        self.end_text()

    def end_text(self):
        if self.text:
            self.lines.append(f"text {self.text!r}")
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.end_text()
        self.lines.append(f"<{tag} {sorted(attrs, key=str)}>")

    def handle_endtag(self, tag):
        self.end_text()
        self.lines.append(f"</{tag}>")

    def handle_data(self, data):
        self.text += data

    def handle_decl(self, decl):
        self.lines.append(f"<!{decl}>")


def dom(page):
    """The bytes of a page, one tag or text a line."""
    return "\n".join(Dom(page.decode(errors="replace")).lines).encode()
