//! Writes HTML. Text and values of attributes are escaped here and nowhere else; names of elements and attributes are ours.

use crate::escape::inline;
use crate::report::xml::escape;
use std::io::{self, Write};

/// An attribute.
pub(in crate::report) type Attribute<'a> = (&'static str, &'a str);

/// Elements that have no content and no closing tag.
const VOID: &[&str] = &["input", "meta"];
/// Elements that are part of a line.
const INLINE: &[&str] =
    &["a", "button", "code", "input", "label", "mark", "option", "rect", "select", "span", "strong", "svg"];

/// Where a link leads.
#[derive(Clone, Copy)]
pub(in crate::report) enum Link<'a> {
    /// A part of the page, by its id.
    Part(&'a str),
    /// The findings of the page that a filter keeps.
    Filter(&'static str, &'a str),
    /// A page elsewhere. Only `https://` becomes a link: other addresses may run code.
    Web(&'a str),
}

/// Part of a page, in memory.
#[derive(Default)]
pub(in crate::report) struct Html {
    out: String,
}

impl Html {
    /// An element with what `inside` writes into it.
    pub(in crate::report) fn element(
        &mut self,
        name: &'static str,
        attributes: &[Attribute<'_>],
        inside: impl FnOnce(&mut Self),
    ) {
        self.open(name, attributes);
        inside(self);
        self.close(name);
    }

    /// [`Html::element`] without attributes.
    pub(in crate::report) fn tag(&mut self, name: &'static str, inside: impl FnOnce(&mut Self)) {
        self.element(name, &[], inside);
    }

    /// An element without content. An attribute without a value is present and empty.
    pub(in crate::report) fn empty(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.element(name, attributes, |_| {});
    }

    /// A link, or only its content where the address is not one to follow.
    pub(in crate::report) fn link(
        &mut self,
        to: Link<'_>,
        attributes: &[Attribute<'_>],
        inside: impl FnOnce(&mut Self),
    ) {
        let address = match to {
            Link::Part(id) => format!("#{id}"),
            Link::Filter(kind, value) => format!("#{}", filter(kind, value)),
            Link::Web(address) if address.starts_with("https://") => {
                let attributes = [&[("href", address), ("rel", "noreferrer")], attributes].concat();
                return self.element("a", &attributes, inside);
            }
            Link::Web(_) => return inside(self),
        };
        self.element("a", &[&[("href", &*address)], attributes].concat(), inside);
    }

    /// Text on one line: dangerous characters are shown as `\u{202e}`.
    pub(in crate::report) fn text(&mut self, text: &str) {
        self.out.push_str(&escape(&inline(text)));
    }

    /// A line of a file: tabs stay.
    pub(in crate::report) fn source(&mut self, line: &str) {
        self.out.push_str(&escape(line));
    }

    /// Text of a file, or a name from one.
    pub(in crate::report) fn code(&mut self, text: &str) {
        self.tag("code", |html| html.text(text));
    }

    /// A sentence: text between backquotes is code.
    pub(in crate::report) fn prose(&mut self, text: &str) {
        let mut parts = text.split('`').peekable();
        let mut is_code = false;
        while let Some(part) = parts.next() {
            match (is_code, parts.peek().is_some()) {
                (true, true) => self.code(part),
                // The last backquote has no partner.
                (true, false) => self.text(&format!("`{part}")),
                (false, _) => self.text(part),
            }
            is_code = !is_code;
        }
    }

    /// Markup, style or script of this program. By its type it cannot contain anything from a file.
    pub(in crate::report) fn raw(&mut self, text: &'static str) {
        self.out.push_str(text);
    }

    /// Passes on what there is, so that a large page is not kept in memory.
    pub(in crate::report) fn flush(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.out.as_bytes())?;
        self.out.clear();
        Ok(())
    }

    fn open(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.out.push('<');
        self.out.push_str(name);
        for (name, value) in attributes {
            self.out.push(' ');
            self.out.push_str(name);
            if !value.is_empty() {
                self.out.push_str("=\"");
                self.text(value);
                self.out.push('"');
            }
        }
        self.out.push('>');
    }

    fn close(&mut self, name: &'static str) {
        if !VOID.contains(&name) {
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        }
        if !INLINE.contains(&name) {
            self.out.push('\n');
        }
    }
}

/// The fragment of the page's address that keeps the findings with this value: `rule=register-server-option`.
pub(in crate::report) fn filter(kind: &'static str, value: &str) -> String {
    let mut out = format!("{kind}=");
    for byte in inline(value).bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => out.push(byte.into()),
            byte if byte.is_ascii_alphanumeric() => out.push(byte.into()),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(write: impl FnOnce(&mut Html)) -> String {
        let mut html = Html::default();
        write(&mut html);
        html.out
    }

    #[test]
    fn nothing_from_a_file_becomes_markup() {
        let hostile = "</style><script>alert(1)</script>\" onload='x' \u{202e}\u{1b}\n&amp;";
        let page = html(|html| {
            html.element("td", &[("class", hostile)], |html| {
                html.text(hostile);
                html.source(hostile);
                html.code(hostile);
                html.prose(hostile);
            });
            html.link(Link::Filter("directory", hostile), &[], |html| html.text(hostile));
            html.link(Link::Web(hostile), &[], |_| {});
            html.link(Link::Web("javascript:alert(1)"), &[], |_| {});
            html.link(Link::Web("https://example.com/\"onload='x'"), &[], |_| {});
        });
        // What is left without our own tags has no character that ends text or an attribute.
        let ours =
            page.replace("<td class=\"", "").replace("<a href=\"", "").replace("\" rel=\"noreferrer\">", "");
        let ours = ["</td>\n", "<code>", "</code>", "</a>"].iter().fold(ours, |it, tag| it.replace(tag, ""));
        let ours = ours.replace("\">", "");
        assert!(!ours.contains(['<', '>', '"', '\'', '\u{202e}', '\u{1b}', '\n']), "{ours}");
        assert!(!page.contains("javascript:") && page.matches("<a ").count() == 2, "{page}");
    }

    #[test]
    fn backquotes_are_code() {
        for (text, expected) in [
            ("a `<b>` c", "a <code>&lt;b&gt;</code> c"),
            ("`a``b`", "<code>a</code><code>b</code>"),
            ("a ` b", "a ` b"),
            ("`a` `", "<code>a</code> `"),
        ] {
            assert_eq!(html(|html| html.prose(text)), expected);
        }
    }

    #[test]
    fn a_filter_is_a_fragment() {
        assert_eq!(filter("rule", "helm-server-setting"), "rule=helm-server-setting");
        assert_eq!(filter("directory", "a b/ü&+#\n"), "directory=a%20b/%C3%BC%26%2B%23%5Cn");
    }
}
