//! The capabilities and folders of the client, from the parameters of `initialize`.
//!
//! They are looked up one by one, so that an invalid value of an unused capability does no harm.

use super::text::Encoding;
use super::uri;
use serde_json::Value;
use std::path::PathBuf;

/// What the client can do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Client {
    /// The unit of columns.
    pub(super) encoding: Encoding,
    /// Whether a finding may refer to other places.
    pub(super) related: bool,
    /// Whether the id of a rule may be a link.
    pub(super) links: bool,
    /// The tags of findings that it shows.
    pub(super) tags: Vec<u64>,
    /// Whether edits may name the version of their document.
    pub(super) versions: bool,
    /// Whether an action may be anything but a command.
    pub(super) actions: bool,
    /// Whether an action may come without its edits, which the client requests when it is chosen.
    pub(super) resolves: bool,
    /// Whether the command of an action may be added when it is chosen, too.
    pub(super) resolves_commands: bool,
    /// Whether it runs commands of the server.
    pub(super) commands: bool,
    /// Whether a hover may be Markdown.
    pub(super) markdown: bool,
    /// Whether it watches files for us.
    pub(super) watches: bool,
    /// Its folders, absolute.
    pub(super) folders: Vec<PathBuf>,
}

impl Client {
    /// From the parameters of `initialize`.
    pub(super) fn of(params: &Value) -> Self {
        let at = |path: &str| params.pointer(&format!("/capabilities{path}")).unwrap_or(&Value::Null);
        let is = |path: &str| at(path).as_bool() == Some(true);
        let list = |path: &str| at(path).as_array().map(Vec::as_slice).unwrap_or_default();
        let names = |path: &str| -> Vec<String> {
            list(path).iter().filter_map(|it| it.as_str().map(str::to_owned)).collect()
        };
        let findings = "/textDocument/publishDiagnostics";
        let action = "/textDocument/codeAction";
        let resolved = names(&format!("{action}/resolveSupport/properties"));
        Self {
            encoding: Encoding::of(&names("/general/positionEncodings")),
            related: is(&format!("{findings}/relatedInformation")),
            links: is(&format!("{findings}/codeDescriptionSupport")),
            tags: list(&format!("{findings}/tagSupport/valueSet")).iter().filter_map(Value::as_u64).collect(),
            versions: is("/workspace/workspaceEdit/documentChanges"),
            actions: at(&format!("{action}/codeActionLiteralSupport")).is_object(),
            resolves: is(&format!("{action}/dataSupport")) && resolved.iter().any(|it| it == "edit"),
            resolves_commands: resolved.iter().any(|it| it == "command"),
            // Neovim runs the command of an action without declaring it.
            commands: at("/workspace/executeCommand").is_object()
                || params.pointer("/clientInfo/name").and_then(Value::as_str) == Some("Neovim"),
            markdown: names("/textDocument/hover/contentFormat").iter().any(|it| it == "markdown"),
            watches: is("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            folders: folders(params),
        }
    }

    /// Adds and removes folders, by the parameters of `workspace/didChangeWorkspaceFolders`.
    pub(super) fn change_folders(&mut self, params: &Value) {
        let of = |name: &str| paths(params.pointer(&format!("/event/{name}")));
        let gone = of("removed");
        self.folders.retain(|folder| !gone.contains(folder));
        self.folders.extend(of("added"));
    }
}

fn paths(folders: Option<&Value>) -> Vec<PathBuf> {
    let folders = folders.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    folders.iter().filter_map(|folder| uri::path(folder.get("uri")?.as_str()?)).collect()
}

/// The folders of the client; its root, if it has none.
fn folders(params: &Value) -> Vec<PathBuf> {
    let folders = paths(params.get("workspaceFolders"));
    if !folders.is_empty() {
        return folders;
    }
    let root = params.get("rootUri").and_then(Value::as_str).and_then(uri::path);
    let older = || params.get("rootPath").and_then(Value::as_str).map(PathBuf::from);
    root.or_else(older).filter(|it| it.is_absolute()).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_client_can_do_is_looked_up() {
        let params = json!({
            "rootUri": "file:///old",
            "workspaceFolders": [{"uri": "file:///a%20b", "name": "x"}, {"uri": "memfs:/c", "name": "y"}, 7],
            "capabilities": {
                "general": {"positionEncodings": ["utf-32"]},
                "workspace": {"workspaceEdit": {"documentChanges": true}, "odd": []},
                "textDocument": {
                    "publishDiagnostics": {"tagSupport": {"valueSet": [1, 2]}, "relatedInformation": true},
                    "codeAction": {"dataSupport": true, "resolveSupport": {"properties": ["edit"]}},
                },
            },
        });
        let mut client = Client::of(&params);
        let expected = Client {
            encoding: Encoding::Utf32,
            related: true,
            tags: vec![1, 2],
            versions: true,
            resolves: true,
            folders: vec![PathBuf::from("/a b")],
            ..Client::default()
        };
        assert_eq!(client, expected);
        client.change_folders(&json!({"event": {
            "added": [{"uri": "file:///n", "name": "n"}], "removed": [{"uri": "file:///a%20b", "name": "x"}],
        }}));
        assert_eq!(client.folders, [PathBuf::from("/n")]);
        assert_eq!(Client::of(&Value::Null), Client::default());
        assert_eq!(
            folders(&json!({"workspaceFolders": null, "rootUri": "file:///r"})),
            [PathBuf::from("/r")]
        );
    }
}
