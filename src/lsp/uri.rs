//! The names of documents. They are sent back to the client as it wrote them; only their paths are read.

use std::path::{Path, PathBuf};

/// The path of a file on this machine.
pub(super) fn path(uri: &str) -> Option<PathBuf> {
    let rest = strip_scheme(uri, "file")?;
    let path = match rest.strip_prefix("//") {
        Some(authority) => {
            let (host, path) = authority.split_at(authority.find('/')?);
            // Of another machine we read nothing.
            if !(host.is_empty() || host.eq_ignore_ascii_case("localhost")) {
                return None;
            }
            path
        }
        None => rest,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let bytes = decode(path);
    // `/c:/x` is Windows' `c:/x`.
    let drive = bytes.get(2) == Some(&b':') && bytes.get(1).is_some_and(u8::is_ascii_alphabetic);
    let bytes = if drive { bytes.get(1..)?.to_vec() } else { bytes };
    let path = os_path(bytes)?;
    (path.is_absolute() && !bytes_have_nul(&path)).then_some(path)
}

/// The name of a document that is not a file, which gives its language: the last part of the URI.
pub(super) fn name(uri: &str) -> String {
    let path = uri.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit(['/', ':']).next().unwrap_or_default();
    String::from_utf8_lossy(&decode(last)).into_owned()
}

fn strip_scheme<'a>(uri: &'a str, scheme: &str) -> Option<&'a str> {
    let (found, rest) = uri.split_once(':')?;
    found.eq_ignore_ascii_case(scheme).then_some(rest)
}

fn decode(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|it| *first == b'%' && it.iter().all(u8::is_ascii_hexdigit));
        let byte = digits.and_then(|it| u8::from_str_radix(std::str::from_utf8(it).ok()?, 16).ok());
        out.push(byte.unwrap_or(*first));
        rest = byte.and_then(|_| behind.get(2..)).unwrap_or(behind);
    }
    out
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere not all bytes are a path")]
fn os_path(bytes: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt as _;
    Some(PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}

#[cfg(not(unix))]
fn os_path(bytes: Vec<u8>) -> Option<PathBuf> {
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

fn bytes_have_nul(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn the_path_of_a_file_is_read_as_editors_write_it() {
        for (uri, expected) in [
            ("file:///a/b.yaml", Some("/a/b.yaml")),
            ("FILE://localhost/a%20b/%C3%A9%25", Some("/a b/é%")),
            ("file:/a", Some("/a")),
            ("file:///a b/ü[1].sh", Some("/a b/ü[1].sh")),
            ("file:///a%zz%4", Some("/a%zz%4")),
            ("file:///a#frag", Some("/a")),
            ("file://server/share/a", None),
            ("file:relative", None),
            ("file:///a%00b", None),
            ("untitled:Untitled-1", None),
            ("git:/a/b.yaml?x", None),
            ("nonsense", None),
            ("", None),
        ] {
            assert_eq!(path(uri), expected.map(PathBuf::from), "{uri}");
        }
        assert_eq!(path("file:///%ff").unwrap().as_os_str().as_encoded_bytes(), b"/\xff");
    }

    #[test]
    fn a_document_that_is_no_file_has_a_name() {
        for (uri, expected) in [
            ("untitled:Untitled-1", "Untitled-1"),
            ("git:/a/values%201.yaml?{}", "values 1.yaml"),
            ("memfs:", ""),
        ] {
            assert_eq!(name(uri), expected);
        }
    }
}
