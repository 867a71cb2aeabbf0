"""What is found, where, and what is said about it."""

import asyncio
import json

import pytest
from conftest import OLD_TOKEN, TOKEN, session
from lsprotocol import types
from pytest_lsp import client_capabilities

LOCKED = 'gitlab-runner register --token "$T" --locked\n'
CLEAN = 'gitlab-runner register --token "$T"\n'
CHART = f"gitlabUrl: https://gitlab.example.com\nrunnerRegistrationToken: {TOKEN}\nrunners:\n  tags: a\n"


def place(diagnostic):
    start, end = diagnostic.range.start, diagnostic.range.end
    return (start.line, start.character, end.line, end.character)


async def test_a_finding_has_all_that_an_editor_shows(editor):
    editor.open("a.sh", LOCKED)
    found, = await editor.findings("a.sh")
    assert (found.code, found.source, found.severity) == (
        "register-server-option", "runnerlint", types.DiagnosticSeverity.Warning)
    message = "`--locked` is deprecated: set the project lock on the runner in GitLab"
    if editor.client.capabilities.text_document.publish_diagnostics.related_information:
        assert found.message == message
        assert found.related_information[0].message
    else:
        assert found.message.startswith(message + " (") and found.message.endswith(")")
    assert place(found) == (0, 36, 0, 44)
    can = editor.client.capabilities.text_document.publish_diagnostics
    if can.code_description_support:
        assert found.code_description.href.startswith("https://docs.gitlab.com/")
    assert bool(found.code_description) == bool(can.code_description_support)
    assert bool(found.tags) == bool(can.tag_support)
    assert list(found.tags or []) in ([], [types.DiagnosticTag.Deprecated])
    assert bool(found.related_information) == bool(can.related_information)


@pytest.mark.parametrize("shown", [None, [], [types.DiagnosticTag.Unnecessary], [types.DiagnosticTag.Deprecated]])
async def test_deprecated_names_are_tagged_where_the_client_shows_it(silent, tmp_path, shown):
    capabilities = client_capabilities("visual_studio_code")
    support = None if shown is None else types.ClientDiagnosticsTagOptions(value_set=shown)
    capabilities.text_document.publish_diagnostics.tag_support = support
    editor = await session(silent, tmp_path, capabilities)
    editor.open("a.sh", LOCKED)
    found, = await editor.findings("a.sh")
    expected = (types.DiagnosticTag.Deprecated,) if shown == [types.DiagnosticTag.Deprecated] else None
    assert found.tags == expected


async def test_the_findings_of_a_registration_refer_to_each_other(code):
    code.open("a.sh", 'gitlab-runner register --registration-token "$T" \\\n  --locked \\\n  --tag-list a\n' + LOCKED)
    found = await code.findings("a.sh")
    assert len(found) == 4
    others = [{it.message for it in one.related_information if "same registration" in it.message} for one in found]
    assert others[0] == {"`--locked`: same registration", "`--tag-list`: same registration"}
    assert others[3] == set()


async def test_the_editors_text_is_linted_and_never_the_disks(editor):
    editor.write("a.sh", LOCKED)
    editor.open("a.sh", CLEAN)
    assert await editor.findings("a.sh") == []
    editor.replace("a.sh", LOCKED)
    assert len(await editor.findings("a.sh")) == 1
    editor.write("a.sh", CLEAN)
    editor.save("a.sh")
    assert len(await editor.again("a.sh")) == 1
    editor.close("a.sh")
    assert await editor.again("a.sh") == []


async def test_a_document_that_is_no_file_is_linted(code):
    code.open("untitled:setup.sh", LOCKED)
    assert len(await code.findings("untitled:setup.sh")) == 1


async def test_incremental_changes_are_taken_in_one_after_the_other(editor):
    text = "# é😀\r\n" + LOCKED
    editor.open("a.sh", text)
    assert [place(it) for it in await editor.findings("a.sh")] == [(1, 36, 1, 44)]

    def change(start, end, new):
        span = types.Range(start=types.Position(*start), end=types.Position(*end))
        return types.TextDocumentContentChangePartial(range=span, text=new)

    # The smiley takes two units; what is inserted first moves what comes then.
    editor.change("a.sh", change((0, 3), (0, 5), "ö\n\n"), change((3, 36), (3, 44), "--paused"), text=None)
    assert [place(it) for it in await editor.findings("a.sh")] == [(3, 36, 3, 44)]
    assert "--paused" in (await editor.findings("a.sh"))[0].message


@pytest.mark.parametrize("encoding, column", [("utf-8", 45), ("utf-16", 42), ("utf-32", 41)])
async def test_places_are_counted_as_the_client_counts_them(silent, tmp_path, encoding, column):
    capabilities = client_capabilities("visual_studio_code")
    capabilities.general.position_encodings = [types.PositionEncodingKind(encoding)]
    editor = await session(silent, tmp_path, capabilities)
    assert editor.result.capabilities.position_encoding == encoding
    editor.open("a.sh", 'gitlab-runner register --token "$T" -u é😀 --locked\n')
    found, = await editor.findings("a.sh")
    assert place(found) == (0, column + 1, 0, column + 9)


async def test_what_is_accepted_is_not_shown(code):
    code.write("runnerlint.toml", 'baseline = "known.json"\n')
    entry = {"path": "known.sh", "rule": "register-server-option", "structure": "gitlab-runner register",
             "name": "--locked", "count": 1}
    code.write("known.json", json.dumps({"version": 1, "findings": [entry]}))
    code.open("known.sh", LOCKED)
    assert await code.findings("known.sh") == []
    code.open("more.sh", LOCKED)
    assert len(await code.findings("more.sh")) == 1
    code.open("said.sh", "# runnerlint: ignore[register-server-option] on purpose\n" + LOCKED)
    assert await code.findings("said.sh") == []
    code.open("idle.sh", "# runnerlint: ignore[register-server-option]\n" + CLEAN)
    idle, = await code.findings("idle.sh")
    # Nothing that a rule could find is in it: it is linted for the comment alone.
    assert (idle.code, *idle.tags) == ("unused-suppression", types.DiagnosticTag.Unnecessary)


async def test_no_message_holds_a_token(editor):
    editor.open("values.yaml", CHART + f"# {OLD_TOKEN}\n")
    found = await editor.findings("values.yaml")
    assert {it.code for it in found} == {
        "helm-registration-token", "helm-server-setting", "leaked-registration-token"}
    heard = [str(found), *[str(await editor.hover("values.yaml", line, 4)) for line in range(5)]]
    actions = await editor.actions("values.yaml", (0, 0), (5, 0))
    assert actions
    heard += [f"{title} {it}" for title, it in actions.items()]
    assert len(heard) > 6 and all(TOKEN not in it and OLD_TOKEN not in it for it in heard)


async def test_the_configuration_holds_and_is_read_anew(code):
    code.write("runnerlint.toml", 'ignore = ["register-server-option"]\nexclude = ["vendor/"]\n')
    code.open("sub/a.sh", LOCKED)
    assert await code.findings("sub/a.sh") == []
    code.open("vendor/a.sh", 'gitlab-runner register --registration-token "$T"\n')
    assert await code.findings("vendor/a.sh") == []
    code.write("runnerlint.toml", 'severity = { register-server-option = "error" }\n')
    code.open("runnerlint.toml", "")
    code.save("runnerlint.toml")
    found, = await code.again("sub/a.sh")
    assert found.severity == types.DiagnosticSeverity.Error


async def test_the_nearest_configuration_applies_to_each_document(code):
    code.write("runnerlint.toml", 'exclude = ["vendor/"]\n')
    code.write("sub/runnerlint.toml", 'severity = { register-server-option = "error" }\nexclude = ["/old/"]\n')
    code.write("vendor/runnerlint.toml", "")
    severities = []
    for name in ["a.sh", "sub/a.sh", "sub/deep/vendor/a.sh"]:
        code.open(name, LOCKED)
        found, = await code.findings(name)
        severities.append(found.severity)
    error = types.DiagnosticSeverity.Error
    assert severities == [types.DiagnosticSeverity.Warning, error, error]
    for name in ["vendor/a.sh", "sub/old/a.sh"]:
        code.open(name, LOCKED)
        assert await code.findings(name) == [], name


async def test_a_configuration_that_is_wrong_is_told_once_and_nothing_else(code):
    code.write("runnerlint.toml", 'select = ["registre"]\n')
    code.open("a.sh", LOCKED)
    assert await code.findings("a.sh") == []
    code.replace("a.sh", LOCKED + LOCKED)
    assert await code.findings("a.sh") == []
    told, = code.client.messages
    assert "runnerlint.toml:1" in told.message and "`register`" in told.message
    code.write("runnerlint.toml", "")
    code.save("a.sh")
    assert len(await code.again("a.sh")) == 2


async def test_a_chart_around_the_file_counts(code):
    code.write("Chart.yaml", "name: x\ndependencies:\n- {name: gitlab-runner, alias: ci}\n")
    code.open("values.yaml", 'ci:\n  runnerRegistrationToken: "{{ t }}"\n')
    assert [it.code for it in await code.findings("values.yaml")] == ["helm-registration-token"]


async def test_the_hover_explains(editor):
    editor.open("a.sh", LOCKED)
    hover = await editor.hover("a.sh", 0, 40)
    text = hover.contents.value
    assert "# register-server-option" in text and "## Why" in text and "Fix: remove `--locked`" in text
    assert hover.range == (await editor.findings("a.sh"))[0].range
    assert await editor.hover("a.sh", 0, 3) is None


async def test_who_types_is_answered_for_the_last_version(code):
    code.open("a.sh", CLEAN)
    for count in range(1, 200):
        code.replace("a.sh", LOCKED * count)
    assert len(await code.findings("a.sh")) == 199
    versions = [it.version for it in code.published]
    assert versions == sorted(set(versions)) and len(versions) < 20, versions
    await asyncio.sleep(0.5)
    assert code.published[-1].version == code.versions["a.sh"]


RULE = """id: team-old-option
title: option of deploy.sh that is gone
summary: "`{name}` is gone"
help: use `--environment`
url: https://example.com/migration
match:
  - text: {pattern: 'deploy\\.sh\\b.*\\s(--env)\\b', in: [shell]}
severity:
  - {is: error, label: deploy.sh stops at it}
why: deploy.sh takes another option since last year.
examples:
  - {name: it, language: shell, bad: "deploy.sh --env x\\n", at: [--env]}
  - {name: the new one, language: shell, ok: "deploy.sh --environment x\\n"}
"""


async def test_rules_of_the_users_own_are_followed_as_they_change(code):
    code.write("runnerlint.toml", 'rules = ["rules"]\nselect = ["team"]\n')
    code.write("rules/team-old-option.yaml", RULE)
    code.open("rules/team-old-option.yaml", LOCKED)
    assert await code.findings("rules/team-old-option.yaml") == [], "a folder of rules is not linted"
    code.open("a.sh", "deploy.sh --env x\n")
    found, = await code.findings("a.sh")
    assert (found.code, found.severity) == ("team-old-option", types.DiagnosticSeverity.Error)
    assert "takes another option since last year" in (await code.hover("a.sh", 0, 12)).contents.value
    code.write("rules/team-old-option.yaml", RULE.replace("summary:", "sumary:"))
    code.save("rules/team-old-option.yaml")
    assert await code.again("a.sh") == []
    told, = code.client.messages
    assert "rules/team-old-option.yaml:3: unknown key `sumary` (did you mean `summary`?)" in told.message
    code.write("rules/team-old-option.yaml", RULE.replace("is: error", "is: info"))
    code.save("rules/team-old-option.yaml")
    found, = await code.again("a.sh")
    assert found.severity == types.DiagnosticSeverity.Information
