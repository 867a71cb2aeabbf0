"""A client, a folder that it shows, and what it hears."""

import asyncio
import os
from pathlib import Path
from typing import Union

import pytest
import pytest_lsp
from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

RUNNERLINT = str(Path(os.environ["RUNNERLINT"]).resolve())
TOKEN = "glrt-made-up-token-0001"
# Made up, and in pieces, so that nobody takes it for one that leaked.
OLD_TOKEN = "GR13" + "48941" + "made-up-token-000000001"
# No test waits longer for what has to come.
LONG = 20


def converter():
    """The one of pygls takes every action that has a command for a command."""
    it = default_converter()
    kind = lambda action: types.Command if isinstance(action.get("command"), str) else types.CodeAction
    it.register_structure_hook(Union[types.Command, types.CodeAction], lambda action, _: it.structure(action, kind(action)))
    return it


def make_client():
    """Keeps each message about findings, in the order in which they come."""

    def heard(params: types.PublishDiagnosticsParams):
        client.published.append(params)

    def watched(params: types.RegistrationParams):
        client.watched += [it.method for it in params.registrations]

    client = LanguageClient(converter_factory=converter)
    own = {types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: heard, types.CLIENT_REGISTER_CAPABILITY: watched}
    register_lsp_features(client, {**DEFAULT_CLIENT_FEATURES, **own})
    client.published, client.watched = [], []
    return client


def server(*arguments):
    return ClientServerConfig(server_command=[RUNNERLINT, "lsp", *arguments], client_factory=make_client)


class Editor:
    """What a test does in an editor."""

    def __init__(self, client: LanguageClient, folder: Path):
        self.client = client
        self.folder = folder
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.published = client.published

    def uri(self, name):
        return name if ":" in name else (self.folder / name).as_uri()

    async def start(self, capabilities, folders=True):
        root = self.folder.as_uri()
        return await self.client.initialize_session(types.InitializeParams(
            capabilities=capabilities,
            root_uri=root if folders else None,
            workspace_folders=[types.WorkspaceFolder(uri=root, name="it")] if folders else None,
        ))

    def write(self, name, text):
        """On the disk, which the server does not look at for a file that is open."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def open(self, name, text, version=1):
        self.texts[name], self.versions[name] = text, version
        item = types.TextDocumentItem(uri=self.uri(name), language_id="shellscript", version=version, text=text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))

    def change(self, name, *changes, text=None):
        """Sends changes; `text` is what the document holds then, by default the last of them."""
        self.versions[name] += 1
        self.texts[name] = changes[-1].text if text is None else text
        document = types.VersionedTextDocumentIdentifier(uri=self.uri(name), version=self.versions[name])
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(text_document=document, content_changes=changes))

    def replace(self, name, text):
        self.change(name, types.TextDocumentContentChangeWholeDocument(text=text))

    def save(self, name):
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(text_document=self.document(name)))

    def close(self, name):
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(text_document=self.document(name)))

    def document(self, name):
        return types.TextDocumentIdentifier(uri=self.uri(name))

    async def heard(self, condition, since=0):
        """Waits for the first message about findings, behind those that came before, that meets the condition."""
        for _ in range(LONG * 100):
            for params in self.published[since:]:
                if condition(params):
                    return list(params.diagnostics)
            await asyncio.sleep(0.01)
        raise AssertionError(f"nothing heard but {self.published}")

    async def findings(self, name):
        """The findings of the version that is open."""
        uri, version = self.uri(name), self.versions[name]
        return await self.heard(lambda it: it.uri == uri and it.version == version)

    async def again(self, name):
        """The findings that come from now on."""
        uri = self.uri(name)
        return await self.heard(lambda it: it.uri == uri, since=len(self.published))

    async def hover(self, name, line, character):
        return await self.client.text_document_hover_async(types.HoverParams(
            text_document=self.document(name), position=types.Position(line=line, character=character)))

    async def actions(self, name, start=(0, 0), end=None, only=None):
        """The actions for a selection, each with its edits, by title."""
        first = types.Position(*start)
        selection = types.Range(start=first, end=types.Position(*end) if end else first)
        context = types.CodeActionContext(diagnostics=[], only=only)
        found = await self.client.text_document_code_action_async(
            types.CodeActionParams(text_document=self.document(name), range=selection, context=context))
        resolved = [it if it.edit else await self.client.code_action_resolve_async(it) for it in found or []]
        return {it.title: it for it in resolved}

    def apply(self, name, action):
        """The text after an action. Its edits are for the version that is open."""
        (uri, edits), = changes(action.edit, self.versions[name])
        assert uri == self.uri(name)
        return apply(self.texts[name], edits)


def changes(edit, version):
    if edit.changes:
        return list(edit.changes.items())
    assert all(it.text_document.version == version for it in edit.document_changes)
    return [(it.text_document.uri, it.edits) for it in edit.document_changes]


def apply(text, edits):
    """By units of UTF-16, as every client can count them."""
    units = text.encode("utf-16-le")
    starts = [0]
    for at in range(0, len(units), 2):
        if units[at:at + 2] == "\n".encode("utf-16-le"):
            starts.append(at + 2)

    def place(position):
        return starts[position.line] + 2 * position.character

    spans = sorted(((place(it.range.start), place(it.range.end), it.new_text) for it in edits), reverse=True)
    end = len(units)
    for start, stop, new in spans:
        assert start <= stop <= end, "edits are apart from each other"
        units, end = units[:start] + new.encode("utf-16-le") + units[stop:], start
    return units.decode("utf-16-le")


async def session(client, folder, capabilities, **options):
    (folder / ".git").mkdir()
    editor = Editor(client, folder.resolve())
    editor.result = await editor.start(capabilities, **options)
    return editor


@pytest_lsp.fixture(params=["visual_studio_code", "neovim", "emacs"], config=server("--stdio"))
async def each(request, lsp_client: LanguageClient, tmp_path):
    lsp_client.editor = await session(lsp_client, tmp_path, client_capabilities(request.param))
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def editor(each):
    """Each of three editors, by what it says that it can do."""
    return each.editor


@pytest_lsp.fixture(config=server())
async def one(lsp_client: LanguageClient, tmp_path):
    lsp_client.editor = await session(lsp_client, tmp_path, client_capabilities("visual_studio_code"))
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def code(one):
    """One editor, for what does not depend on it."""
    return one.editor


@pytest_lsp.fixture(config=server())
async def silent(lsp_client: LanguageClient):
    """One that has said nothing yet."""
    yield
    await lsp_client.shutdown_session()
