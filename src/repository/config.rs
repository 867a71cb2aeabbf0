//! The remote in `.git/config`. Included files, `insteadOf` and other settings of the user are not read.

use crate::mask::Mask;

/// Longer addresses are not shown.
const LONGEST: usize = 2048;
/// Schemes of servers. Paths of this machine say nothing elsewhere.
const SCHEMES: [&str; 4] = ["https", "http", "ssh", "git"];

/// The address of `origin`, or of the first other remote, without credentials.
pub(super) fn remote(config: &str) -> Option<String> {
    let mut first = None;
    let mut name: Option<String> = None;
    for line in config.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            name = header.split_once(']').and_then(|(header, _)| remote_name(header));
            continue;
        }
        let Some(name) = &name else { continue };
        let Some((key, value)) = line.split_once('=') else { continue };
        if !key.trim().eq_ignore_ascii_case("url") {
            continue;
        }
        let url = public_remote(value.trim().trim_matches('"'));
        if name == "origin" && url.is_some() {
            return url;
        }
        first = first.or(url);
    }
    first
}

/// `remote "NAME"`
fn remote_name(header: &str) -> Option<String> {
    let (section, name) = header.trim().split_once(char::is_whitespace)?;
    let name = name.trim().strip_prefix('"')?.strip_suffix('"')?;
    section.eq_ignore_ascii_case("remote").then(|| name.to_owned())
}

/// The address of a remote without user, password and query; `None` for what is not the address of a server, or where something
/// of that might be left.
pub fn public_remote(url: &str) -> Option<String> {
    if url.is_empty() || url.len() > LONGEST || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest.to_owned()),
        // `git@gitlab.example.com:team/app.git`
        None => {
            let (host, path) = url.split_once(':')?;
            if host.contains('/') || host.len() < 2 {
                return None;
            }
            ("ssh".to_owned(), format!("{host}/{}", path.trim_start_matches('/')))
        }
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    // An `@` that is left may end a password with a `/` in it.
    if !SCHEMES.contains(&scheme.as_str()) || !is_host(host) || path.contains(['@', '"', '<', '>', '\\']) {
        return None;
    }
    let path = path.trim_end_matches('/');
    let url = format!("{scheme}://{}/{path}", host.to_ascii_lowercase());
    Some(Mask::without_source(false).inserted(url.trim_end_matches('/')))
}

/// `gitlab.example.com`, `[::1]`, each with a port or without.
fn is_host(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, rest)) => (name, rest.strip_prefix(':').or_else(|| rest.is_empty().then_some("0"))),
        None => host.split_once(':').map_or((host, Some("0")), |(name, port)| (name, Some(port))),
    };
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':');
    let is_port =
        |port: &str| !port.is_empty() && port.len() <= 5 && port.bytes().all(|it| it.is_ascii_digit());
    !name.is_empty() && name.bytes().all(is_part) && port.is_some_and(is_port)
}
