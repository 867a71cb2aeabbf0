//! Messages in and out: JSON after a header with its length.
//!
//! Reading goes on after any input: what is not a message is reported as lost. (The reader of `lsp-server` ends at the first
//! message that it cannot read, and allocates as many bytes as a header asks for.)

use gen_lsp_types::ErrorCodes;
use serde::Serialize;
use serde_json::Value;
use std::io::{self, BufRead, Read as _, Write};

/// No editor sends more at once (256 MiB).
const LARGEST: u64 = 256 << 20;
/// No line of a header is longer.
const LONGEST_LINE: u64 = 8 << 10;
const LENGTH: &[u8] = b"content-length:";

/// A message of the client.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Incoming {
    /// A request or a notification, or an answer to one of ours.
    Message(RpcMessage),
    /// Something that is not a message: what to answer, and to which request if it was one. Else it may have been
    /// anything.
    Lost(Value, TransportFailure),
    /// The end of the input.
    End,
}

/// A message of JSON-RPC.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct RpcMessage {
    /// Names a request; none for a notification.
    pub(super) id: Option<Value>,
    /// The method; empty for an answer.
    pub(super) method: String,
    /// With what.
    pub(super) params: Value,
}

impl RpcMessage {
    fn of(value: Value) -> Incoming {
        let invalid = |id: Value| {
            Incoming::Lost(id, TransportFailure::new(ErrorCodes::InvalidRequest, "no message of JSON-RPC"))
        };
        let Value::Object(mut fields) = value else { return invalid(Value::Null) };
        let id = match fields.remove("id") {
            None | Some(Value::Null) => None,
            Some(id @ (Value::String(_) | Value::Number(_))) => Some(id),
            Some(_) => return invalid(Value::Null),
        };
        let method = match fields.remove("method") {
            Some(Value::String(method)) if !method.is_empty() => method,
            None if fields.contains_key("result") || fields.contains_key("error") => String::new(),
            _ => return invalid(id.unwrap_or_default()),
        };
        Incoming::Message(Self { id, method, params: fields.remove("params").unwrap_or_default() })
    }
}

/// A message of the server.
#[derive(Debug, Serialize)]
pub(super) struct Outgoing {
    jsonrpc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<TransportFailure>,
}

/// Why a request has no result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct TransportFailure {
    code: i32,
    pub(super) message: String,
}

impl TransportFailure {
    pub(super) fn new(code: impl Into<i32>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into() }
    }
}

const NOTHING: Outgoing =
    Outgoing { jsonrpc: "2.0", id: None, method: None, params: None, result: None, error: None };

impl Outgoing {
    /// Answers the request `id`.
    pub(super) fn response(id: Value, result: Result<Value, TransportFailure>) -> Self {
        match result {
            Ok(result) => Self { id: Some(id), result: Some(result), ..NOTHING },
            Err(error) => Self { id: Some(id), error: Some(error), ..NOTHING },
        }
    }

    /// A notification to the client.
    pub(super) fn notification(method: &'static str, params: &impl Serialize) -> Self {
        Self { method: Some(method), params: serde_json::to_value(params).ok(), ..NOTHING }
    }

    /// A request to the client.
    pub(super) fn request(id: &str, method: &'static str, params: Value) -> Self {
        Self { id: Some(id.into()), method: Some(method), params: Some(params), ..NOTHING }
    }
}

/// Writes a message.
pub(super) fn write(out: &mut dyn Write, message: &Outgoing) -> io::Result<()> {
    let text = serde_json::to_string(message).map_err(io::Error::from)?;
    write!(out, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    out.flush()
}

/// Reads the next message.
pub(super) fn read(input: &mut dyn BufRead) -> Incoming {
    let length = match header(input) {
        Ok(Some(length)) => length,
        Ok(None) => return lost("a header without a length"),
        Err(()) => return Incoming::End,
    };
    let mut body = input.take(length);
    if length > LARGEST {
        return match io::copy(&mut body, &mut io::sink()) {
            Ok(read) if read == length => lost("a message of more than 256 MiB"),
            _ => Incoming::End,
        };
    }
    let mut bytes = Vec::new();
    match body.read_to_end(&mut bytes) {
        Ok(read) if read as u64 == length => {}
        _ => return Incoming::End,
    }
    match serde_json::from_slice(&bytes) {
        Ok(value) => RpcMessage::of(value),
        Err(_) => lost("invalid JSON"),
    }
}

fn lost(what: &str) -> Incoming {
    Incoming::Lost(Value::Null, TransportFailure::new(ErrorCodes::ParseError, what))
}

/// The length of the body; none if the header has none. An error at the end of the input.
fn header(input: &mut dyn BufRead) -> Result<Option<u64>, ()> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        match input.take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return Err(()),
            Ok(_) => {}
        }
        if line.trim_ascii().is_empty() {
            return Ok(length);
        }
        // After a wrong length, the next header begins somewhere on a line.
        let lower = line.to_ascii_lowercase();
        let found = lower.windows(LENGTH.len()).rposition(|it| it == LENGTH);
        if let Some(value) = found.and_then(|at| line.get(at + LENGTH.len()..)) {
            length = std::str::from_utf8(value).ok().and_then(|it| it.trim().parse().ok());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn all(input: &[u8]) -> Vec<Incoming> {
        let mut input = input;
        let mut out = Vec::new();
        while out.last() != Some(&Incoming::End) {
            out.push(read(&mut input));
        }
        out.pop();
        out
    }

    fn exit() -> Incoming {
        Incoming::Message(RpcMessage { method: "exit".to_owned(), ..RpcMessage::default() })
    }

    #[test]
    fn messages_are_read_behind_whatever_came_before() {
        let good = "Content-Length: 33\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}";
        assert_eq!(all(format!("{good}{good}").as_bytes()), [exit(), exit()]);
        let typed =
            format!("content-type: x; charset=utf-8\r\nCONTENT-LENGTH:33\n\n{}", good.split_off_body());
        assert_eq!(all(typed.as_bytes()), [exit()]);
        for lost in [
            "Content-Length: 3\r\n\r\n{{{".to_owned(),
            "Content-Length: 2\r\n\r\n[]".to_owned(),
            "Content-Length: 4\r\n\r\nnull".to_owned(),
            "Content-Length: 10\r\n\r\n{\"a\":".to_owned() + "12345",
            "\r\n".to_owned(),
        ] {
            let found = all(format!("{lost}{good}").as_bytes());
            assert!(
                matches!(found.as_slice(), [Incoming::Lost(..), last] if *last == exit()),
                "{lost}: {found:?}"
            );
        }
        let junk = [b"Content-Length: 2\r\n\r\n\xff\xfe".as_slice(), good.as_bytes()].concat();
        assert!(matches!(all(&junk).as_slice(), [Incoming::Lost(..), last] if *last == exit()));
        let wrong = format!("Content-Length: many\r\n\r\n{{}}{good}");
        assert_eq!(all(wrong.as_bytes()).last(), Some(&exit()));
        let long = format!("{}\r\n{good}", "x".repeat(100_000));
        assert_eq!(all(long.as_bytes()).last(), Some(&exit()));
    }

    #[test]
    fn what_is_no_message_says_which_request_waits() {
        for (body, id, code) in [
            ("{", json!(null), ErrorCodes::ParseError),
            ("[{}]", json!(null), ErrorCodes::InvalidRequest),
            ("{\"id\":7,\"method\":8}", json!(7), ErrorCodes::InvalidRequest),
            ("{\"id\":\"x\"}", json!("x"), ErrorCodes::InvalidRequest),
            ("{\"id\":{},\"method\":\"a\"}", json!(null), ErrorCodes::InvalidRequest),
            ("{\"method\":\"\"}", json!(null), ErrorCodes::InvalidRequest),
        ] {
            let found = all(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
            let [Incoming::Lost(asked, failure)] = found.as_slice() else { panic!("{body}: {found:?}") };
            assert_eq!((asked, failure.code), (&id, i32::from(code)), "{body}");
        }
        let answer = all(b"Content-Length: 22\r\n\r\n{\"id\":1,\"result\":null}");
        let expected = RpcMessage { id: Some(json!(1)), ..RpcMessage::default() };
        assert_eq!(answer, [Incoming::Message(expected)]);
    }

    #[test]
    fn a_length_that_nobody_means_takes_no_memory() {
        assert_eq!(all(b"Content-Length: 99999999999999\r\n\r\n{}"), []);
        assert_eq!(all(b"Content-Length: 99999999999999999999999999\r\n\r\n").len(), 1);
        assert_eq!(all(b"Content-Length: 5\r\n\r\n{}"), []);
    }

    trait Body {
        fn split_off_body(&self) -> &str;
    }

    impl Body for &str {
        fn split_off_body(&self) -> &str {
            self.split("\r\n\r\n").nth(1).unwrap()
        }
    }
}
