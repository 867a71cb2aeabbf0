"""A conversation with the language server."""

import json
import subprocess
import threading

SECONDS = 900


class Client:
    """An editor that says one thing after the other, and keeps what it hears."""

    def __init__(self, program, directory):
        self.server = subprocess.Popen([program, "lsp"], cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.watchdog = threading.Timer(SECONDS, self.server.kill)
        self.watchdog.start()
        self.asked, self.heard = 0, []

    def notify(self, method, **params):
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def send(self, message):
        data = json.dumps(message).encode()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self.server.stdin.flush()

    def ask(self, method, **params):
        """The answer; everything that comes before it is kept."""
        self.asked += 1
        self.send({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params})
        while True:
            size = 0
            while (line := self.server.stdout.readline()) not in (b"\r\n", b""):
                size = int(line.split(b":")[1]) if line.lower().startswith(b"content-length") else size
            if not size:
                raise EOFError
            message = json.loads(self.server.stdout.read(size))
            self.heard.append(message)
            if message.get("id") == self.asked:
                return message.get("result")

    def take(self):
        heard, self.heard = self.heard, []
        return json.dumps(heard, indent=1, ensure_ascii=False).encode()


def transcript(program, directory, files):
    """What a language server says of each file: findings, actions, explanations, and the same after a change."""
    client, given = Client(program, directory), {}
    kinds = {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "source"]}}}
    capabilities = {"textDocument": {"codeAction": kinds, "hover": {"contentFormat": ["markdown"]}}}
    try:
        client.ask("initialize", processId=None, rootUri=directory.as_uri(), capabilities=capabilities)
        client.notify("initialized")
        given["initialize"] = client.take()
        for file in files:
            text = (directory / file).read_bytes().decode(errors="replace")
            document = {"uri": (directory / file).as_uri()}
            end = {"line": len(text.splitlines()) + 1, "character": 0}

            def look():
                everything = {"start": {"line": 0, "character": 0}, "end": end}
                client.ask("textDocument/codeAction", textDocument=document, range=everything, context={"diagnostics": []})
                published = [it["params"]["diagnostics"] for it in client.heard if it.get("method") == "textDocument/publishDiagnostics"]
                for finding in published[-1] if published else []:
                    client.ask("textDocument/hover", textDocument=document, position=finding["range"]["start"])

            client.notify("textDocument/didOpen", textDocument=document | {"languageId": "plaintext", "version": 1, "text": text})
            look()
            given[file] = client.take()
            start = {"line": 0, "character": 0}
            change = {"range": {"start": start, "end": start}, "text": "# é😀\n"}
            client.notify("textDocument/didChange", textDocument=document | {"version": 2}, contentChanges=[change])
            # It looks at once when something was saved, and else only when nothing changes for a while.
            client.notify("textDocument/didSave", textDocument=document)
            look()
            client.notify("textDocument/didClose", textDocument=document)
            given[f"{file}, changed"] = client.take()
        client.ask("shutdown")
        client.notify("exit")
        client.server.stdin.close()
        given["shutdown"] = client.take() + str(client.server.wait()).encode()
    except (EOFError, OSError):
        given["end"] = b"the server ended, or did not answer"
    finally:
        client.watchdog.cancel()
        client.server.kill()
        client.server.wait()
    return given
