//! What is done with a file, in every mode of the program: the lines of `modes.txt` are its arguments.

use serde_json::{Value, json};

/// The arguments of each mode; the name of the file comes behind them. For `lsp` it is told by [`session`].
pub(crate) fn modes() -> impl Iterator<Item = Vec<&'static str>> {
    include_str!("modes.txt").lines().map(|line| line.split_whitespace().collect())
}

/// What an editor sends that opens the file, asks for what can be done in it, and closes.
pub(crate) fn session(root: &str, path: &str, text: &str) -> String {
    let document =
        json!({"uri": format!("file://{root}/{path}"), "languageId": "x", "version": 1, "text": text});
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 1_000_000, "character": 0}});
    let request = |id: usize, method: &str, params: Value| {
        frame(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
    };
    let tell =
        |method: &str, params: Value| frame(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    let client = json!({"textDocument": {
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
        "publishDiagnostics": {"relatedInformation": true}}});
    let uri = json!({"uri": document["uri"]});
    [
        request(
            1,
            "initialize",
            json!({"processId": null, "rootUri": format!("file://{root}"), "capabilities": client}),
        ),
        tell("initialized", json!({})),
        tell("textDocument/didOpen", json!({"textDocument": document})),
        request(
            2,
            "textDocument/codeAction",
            json!({"textDocument": uri, "range": range, "context": {"diagnostics": []}}),
        ),
        request(
            3,
            "textDocument/hover",
            json!({"textDocument": uri, "position": {"line": 0, "character": 20}}),
        ),
        request(4, "shutdown", Value::Null),
        tell("exit", Value::Null),
    ]
    .concat()
}

fn frame(message: &Value) -> String {
    let text = message.to_string();
    format!("Content-Length: {}\r\n\r\n{text}", text.len())
}
