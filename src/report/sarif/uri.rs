use super::model::Artifact;

/// The name of the folder that paths are relative to.
pub(in crate::report) const ROOT: &str = "%SRCROOT%";

/// Where a file is: relative to the folder of the run, unless its path is absolute.
pub(in crate::report) fn artifact(path: &str) -> Artifact {
    let drive = path.as_bytes().get(1) == Some(&b':');
    match (path.starts_with('/'), drive) {
        (true, _) => Artifact { uri: format!("file://{}", encode(path, false)), uri_base_id: None },
        (_, true) => Artifact { uri: format!("file:///{}", encode(path, true)), uri_base_id: None },
        _ => Artifact { uri: encode(path, false), uri_base_id: Some(ROOT) },
    }
}

/// Percent-encodes all that is not a letter, digit or separator.
fn encode(path: &str, has_drive: bool) -> String {
    let mut out = String::with_capacity(path.len());
    for (at, byte) in path.bytes().enumerate() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => out.push(byte.into()),
            b':' if has_drive && at == 1 => out.push(':'),
            byte if byte.is_ascii_alphanumeric() => out.push(byte.into()),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn paths_are_uris() {
        for (path, uri, is_relative) in [
            ("a/b-c_d.yaml", "a/b-c_d.yaml", true),
            ("../ü 1%:x", "../%C3%BC%201%25%3Ax", true),
            ("/a/b", "file:///a/b", false),
            ("C:/a", "file:///C:/a", false),
            ("é:", "%C3%A9%3A", true),
        ] {
            let artifact = super::artifact(path);
            assert_eq!((&*artifact.uri, artifact.uri_base_id.is_some()), (uri, is_relative));
        }
    }
}
