"""What no client of the protocol does, and what an editor may do at any time: by messages of our own."""

import json
import queue
import subprocess
import threading
import time
from pathlib import Path

import pytest
from conftest import RUNNERLINT

LOCKED = 'gitlab-runner register --token "$T" --locked\n'
LONG = 30


class Server:
    def __init__(self, folder):
        self.process = subprocess.Popen([RUNNERLINT, "lsp"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.uri = f"file://{folder}/a.sh"
        self.said = queue.Queue()
        self.deaf = threading.Event()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while header := self.process.stdout.readline():
            if self.deaf.is_set():
                self.process.stdout.close()
                return
            assert header.startswith(b"Content-Length: ") and self.process.stdout.readline() == b"\r\n"
            self.said.put(json.loads(self.process.stdout.read(int(header.split()[1]))))

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, body):
        body = body if isinstance(body, bytes) else json.dumps({"jsonrpc": "2.0", **body}).encode()
        self.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def tell(self, method, **params):
        self.send({"method": method, "params": params})

    def next(self, condition=lambda it: True):
        end = time.monotonic() + LONG
        while True:
            message = self.said.get(timeout=max(0.01, end - time.monotonic()))
            if condition(message):
                return message

    def ask(self, method, id=1, **params):
        self.send({"id": id, "method": method, "params": params})
        return self.next(lambda it: it.get("id") == id)

    def start(self, **capabilities):
        return self.ask("initialize", id="begin", rootUri=None, capabilities=capabilities)["result"]

    def open(self, text, version=1):
        item = {"uri": self.uri, "languageId": "shellscript", "version": version, "text": text}
        self.tell("textDocument/didOpen", textDocument=item)

    def change(self, version, *changes):
        self.tell("textDocument/didChange", textDocument={"uri": self.uri, "version": version}, contentChanges=changes)

    def findings(self, version):
        return self.next(lambda it: it.get("params", {}).get("version") == version)["params"]["diagnostics"]

    def cleared(self):
        return self.next(lambda it: it.get("params", {}).get("diagnostics") == [])

    def ends(self):
        """Its exit code, when it ends by itself; it never says anything on standard error."""
        code = self.process.wait(timeout=LONG)
        assert self.process.stderr.read() == b""
        return code


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path.resolve())
    yield server
    if server.process.poll() is None:
        server.process.kill()
        server.process.wait()


def code(answer):
    return answer["error"]["code"]


def test_the_order_of_a_session_is_held(server):
    assert code(server.ask("textDocument/hover")) == -32002
    server.open(LOCKED)
    result = server.start()
    assert result["capabilities"]["positionEncoding"] == "utf-16" and result["serverInfo"]["name"] == "runnerlint"
    assert code(server.ask("initialize")) == -32600
    assert code(server.ask("textDocument/rename")) == -32601
    assert code(server.ask("$/what")) == -32601
    assert code(server.ask("textDocument/hover", position=7)) == -32602
    server.tell("$/what")
    server.tell("textDocument/what")
    assert server.ask("shutdown") == {"jsonrpc": "2.0", "id": 1, "result": None}
    assert code(server.ask("textDocument/hover")) == -32600
    server.tell("exit")
    assert server.ends() == 0


@pytest.mark.parametrize("started", [False, True])
def test_who_does_not_take_leave_is_told_by_the_exit_code(server, started):
    if started:
        server.start()
    server.tell("exit")
    assert server.ends() == 1


@pytest.mark.parametrize("deaf", [False, True])
def test_a_client_that_is_gone_takes_the_server_with_it(server, deaf):
    server.start()
    server.open(LOCKED * 2000)
    if deaf:
        server.deaf.set()
    server.process.stdin.close()
    assert server.process.wait(timeout=LONG) == 1


def test_nonsense_is_answered_and_the_next_message_is_read(server):
    server.start()
    for body, expected in [(b"{", -32700), (b"\xff", -32700), (b"[]", -32600), (b"null", -32600), (b"{}", -32600),
                           (b"[" * 100_000, -32700), (b'{"id": 5, "method": 5}', -32600)]:
        server.send(body)
        answer = server.next(lambda it: "error" in it)
        assert code(answer) == expected
        assert answer["id"] == (5 if b"5" in body else None)
    server.write(b"Content-Length: many\r\n\r\nContent-Type: x\r\n\r\n")
    assert code(server.next(lambda it: "error" in it)) == -32700
    server.open(LOCKED)
    assert len(server.findings(1)) == 1


def test_after_a_change_that_is_lost_nothing_is_said_until_all_is_sent(server):
    server.start()
    server.open(LOCKED)
    assert len(server.findings(1)) == 1
    server.change(2, {"range": {"start": 5}, "text": ""})
    server.cleared()
    place = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    server.change(3, {"range": place, "text": "\n"})
    assert server.ask("textDocument/hover", textDocument={"uri": server.uri}, position={"line": 1, "character": 40})["result"] is None
    server.change(4, {"text": "\n" + LOCKED})
    found, = server.findings(4)
    assert found["range"]["start"]["line"] == 1


def test_places_far_outside_are_the_nearest_that_exist(server):
    server.start()
    server.open(LOCKED)
    far = {"line": 2**31 - 1, "character": 2**31 - 1}
    server.change(2, {"range": {"start": far, "end": far}, "text": LOCKED})
    assert [it["range"]["start"]["line"] for it in server.findings(2)] == [0, 1]
    server.change(3, {"range": {"start": far, "end": {"line": 0, "character": 0}}, "text": "\n"})
    assert len(server.findings(3)) == 2
    assert server.ask("textDocument/hover", textDocument={"uri": server.uri}, position=far)["result"] is None


def test_what_is_asked_of_no_document_is_nothing(server):
    server.start()
    at = {"line": 0, "character": 0}
    for uri in ["file:///nowhere", "", "%", "untitled:"]:
        assert server.ask("textDocument/hover", textDocument={"uri": uri}, position=at)["result"] is None
        server.tell("textDocument/didClose", textDocument={"uri": uri})
        server.tell("textDocument/didChange", textDocument={"uri": uri, "version": 1}, contentChanges=[{"text": "x"}])
    server.tell("textDocument/didChange")
    server.tell("textDocument/didOpen", textDocument=[])
    server.tell("$/cancelRequest", id=77)
    server.tell("workspace/didChangeWorkspaceFolders", event=5)
    server.open(LOCKED)
    assert len(server.findings(1)) == 1


def test_a_long_text_keeps_nobody_from_leaving(server):
    server.start()
    server.open(LOCKED * 100_000)
    begin = time.monotonic()
    server.send({"id": 9, "method": "textDocument/hover",
                 "params": {"textDocument": {"uri": server.uri}, "position": {"line": 0, "character": 40}}})
    server.tell("$/cancelRequest", id=9)
    assert server.ask("shutdown")["result"] is None
    server.tell("exit")
    assert server.ends() == 0
    assert time.monotonic() - begin < 5


def test_what_is_larger_than_allowed_is_said_and_not_linted(server):
    Path(server.uri.removeprefix("file://")).with_name("runnerlint.toml").write_text('max-file-size = "1KiB"\n')
    server.start()
    server.open(LOCKED * 100)
    found, = server.findings(1)
    assert "skipped: larger than" in found["message"] and found["severity"] == 3
    server.change(2, {"text": "a\0b" + LOCKED})
    found, = server.findings(2)
    assert found["message"] == "skipped: binary"


def test_a_request_that_waits_can_be_cancelled(server):
    server.start()
    server.open(LOCKED * 20_000)
    server.change(2, {"text": LOCKED})
    server.send({"id": 9, "method": "textDocument/hover",
                 "params": {"textDocument": {"uri": server.uri}, "position": {"line": 0, "character": 40}}})
    server.tell("$/cancelRequest", id=9)
    assert code(server.next(lambda it: it.get("id") == 9)) == -32800
    assert len(server.findings(2)) == 1
