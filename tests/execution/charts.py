"""Makes up files that give values to the chart: each by its number, always the same one. Tokens and names are placeholders."""

import random

LITERAL = "glrt-made-up-token-0001"
LEGACY = "abcdefghij0123456789"
SETTINGS = {
    "tags": ["a", '"a,b"', '""'],
    "locked": ["false", "true"],
    "runUntagged": ["true", "false"],
    "protected": ["true", "false"],
    "maximumTimeout": ["3600", "0", "null"],
}
OTHERS = ["executor: kubernetes", "name: box", "privileged: true", "secret: made-up"]
TOKENS = [LITERAL, f'"{LITERAL}"', LEGACY, '"${TOKEN}"', '""', "null"]


class Maker:
    """Makes one file."""

    def __init__(self, number):
        self.rng = random.Random(number)
        # Lines with anchors that the values may use, for the top of the document.
        self.anchors = []

    def chance(self, percent):
        return self.rng.randrange(100) < percent

    def some(self, items, most):
        return self.rng.sample(items, self.rng.randint(0, min(most, len(items))))

    def settings(self, most=3):
        return [f"{key}: {self.rng.choice(SETTINGS[key])}" for key in self.some(list(SETTINGS), most)]

    def anchored(self, lines):
        """An anchor for a mapping of these lines."""
        name = f"base{len(self.anchors)}"
        flow = self.chance(30)
        body = f" {{{', '.join(lines)}}}" if flow or not lines else "".join(f"\n  {line}" for line in lines)
        self.anchors.append(f"x-{name}: &{name}{body}")
        return name

    def runners(self):
        """The lines of `runners:`, and how it is written."""
        lines = self.settings() + self.some(OTHERS, 2)
        self.rng.shuffle(lines)
        if self.chance(35):
            merged = self.anchored(self.settings(2) + self.some(OTHERS, 1))
            if self.chance(30):
                return [f"runners: *{merged}"]
            if self.chance(20):
                other = self.anchored(self.settings(1))
                lines.insert(0, f"<<: [*{merged}, *{other}]")
            else:
                lines.insert(self.rng.randint(0, len(lines)), f"<<: *{merged}")
        if not lines:
            return [] if self.chance(50) else ["runners: {}"]
        if self.chance(20):
            return [f"runners: {{{', '.join(lines)}}}"]
        return ["runners:", *self.commented(lines)]

    def commented(self, lines):
        out = []
        for line in lines:
            if self.chance(10):
                out.append("  # made up")
            out.append(f"  {line}" + ("  # made up" if self.chance(10) else ""))
        return out

    def token(self):
        """The lines with a token; sometimes none, sometimes two."""
        lines = []
        if self.chance(75):
            value = self.rng.choice(TOKENS)
            if self.chance(10):
                name = f"token{len(self.anchors)}"
                self.anchors.append(f"x-{name}: &{name} {LITERAL}")
                value = f"*{name}"
            lines.append(f"runnerRegistrationToken: {value}")
        if self.chance(25):
            lines.append(f"runnerToken: {self.rng.choice(TOKENS)}")
        return lines

    def values(self):
        """The lines of values of the chart."""
        blocks = [[line] for line in self.token()] + [self.runners()]
        if self.chance(80):
            blocks.append(["gitlabUrl: https://gitlab.example.com"])
        if self.chance(40):
            blocks.append(["rbac: {create: true}"])
        if self.chance(20):
            blocks.append(["labels:", "  tags: kept", "  locked: false"])
        self.rng.shuffle(blocks)
        return [line for block in blocks for line in block]

    def others(self):
        """Lines of something else, which may use the same anchors."""
        lines = []
        for index, anchor in enumerate(self.anchors):
            name = anchor.split("&")[1].split()[0]
            if name.startswith("base") and self.chance(25):
                lines += self.rng.choice([[f"other{index}: *{name}"], [f"other{index}:", f"  <<: *{name}", "  kept: true"]])
        if self.chance(30):
            lines += ["jobs:", "  tags: kept", "  protected: true"]
        return lines

    def with_anchors(self, lines, prefix=""):
        """The lines with the anchors before and other users of them after."""
        return "\n".join([*self.anchors, *lines, *self.others()]) + "\n"

    def file(self):
        """A path and a text."""
        make = self.rng.choice([self.plain, self.plain, self.umbrella, self.helmfile, self.argo, self.flux, self.documents, self.terraform, self.secret])
        return make()

    def plain(self):
        return "values.yaml", self.with_anchors(self.values())

    def umbrella(self):
        lines = ["gitlab-runner:", *indented(self.values())]
        if self.chance(40):
            lines += ["global:", "  runner: {tags: kept}"]
        return "values.yaml", self.with_anchors(lines)

    def helmfile(self):
        lines = ["releases:"]
        for name in ["one", "two", "three"][: self.rng.randint(1, 3)]:
            chart = "gitlab/gitlab-runner" if self.chance(80) else "example/other"
            lines += [f"  - name: {name}", f"    chart: {chart}", "    values:", "      -", *indented(self.values(), 8)]
            if self.chance(30):
                lines += ["    set:", *(f"      - {{name: runners.{it.partition(':')[0]}, value: {it.partition(': ')[2]}}}" for it in self.settings(2) or ["tags: a"])]
        return "helmfile.yaml", self.with_anchors(lines)

    def argo(self):
        values = Maker(self.rng.random()).plain()[1].splitlines()
        lines = ["apiVersion: argoproj.io/v1alpha1", "kind: Application", "spec:", "  source:", "    chart: gitlab-runner", "    helm:"]
        lines += ["      values: |", *indented(values, 8)]
        if self.chance(40):
            lines += ["      parameters:", "        - name: runners.tags", f"          value: {self.rng.choice(SETTINGS['tags'])}",
                      "        - name: rbac.create", '          value: "true"']
        return "application.yaml", "\n".join(lines) + "\n"

    def flux(self):
        lines = ["apiVersion: helm.toolkit.fluxcd.io/v2", "kind: HelmRelease", "metadata: {name: box}", "spec:",
                 "  chart: {spec: {chart: gitlab-runner}}", "  values:", *indented(self.values(), 4)]
        return "release.yaml", "\n".join([*self.anchors, *lines]) + "\n"

    def documents(self):
        made = [Maker(self.rng.random()) for _ in range(self.rng.randint(2, 3))]
        return "values.yaml", "---\n".join(it.plain()[1] for it in made)

    def terraform(self):
        lines = ['resource "helm_release" "box" {', '  chart = "gitlab-runner"', "  values = [yamlencode({", '    gitlabUrl = "https://gitlab.example.com"']
        for line in self.token():
            key, _, value = line.partition(": ")
            value = value if value.startswith(('"', "null")) else quoted(value)
            lines.append(f"    {key} = {value}".replace("${TOKEN}", "${var.token}"))
        settings = [it for it in self.settings() if not it.endswith(": a")]
        lines += ["    runners = {", *(f"      {it.replace(': ', ' = ')}" for it in settings), '      executor = "kubernetes"', "    }", "  })]"]
        for key in self.some(["locked", "protected"], 2):
            lines += ["  set {", f'    name  = "runners.{key}"', '    value = "true"', "  }"]
        return "main.tf", "\n".join([*lines, "}"]) + "\n"

    def secret(self):
        old, new = (self.rng.choice([LITERAL, LEGACY, '""']) for _ in range(2))
        lines = ["apiVersion: v1", "kind: Secret", "metadata: {name: made-up}", "stringData:", f"  runner-registration-token: {old}"]
        if self.chance(60):
            lines.append(f"  runner-token: {new}")
        lines.append("  other: kept")
        return "secret.yaml", "\n".join(lines) + "\n"


def indented(lines, columns=2):
    return [" " * columns + line for line in lines]


def quoted(text):
    return '"' + text.strip("*") + '"'


def file(number):
    """The file with this number: its path and its text."""
    return Maker(number).file()


# Deliberate damage to a fixed file: (name, what is looked for, what it becomes). Each must be noticed wherever it changes the data.
DAMAGE = [
    ("the token key keeps its old name", r"\brunnerToken\b", "runnerRegistrationToken"),
    ("a setting is back", r"(?m)^( *)executor: kubernetes$", r"\1maximumTimeout: 3600\n\1executor: kubernetes"),
    ("a key too many is gone", r"(?m)^ *gitlabUrl: .*\n", ""),
    ("tags of something else are gone", r"(?m)^ *tags: kept.*\n", ""),
    ("settings of something else are gone", r"(?m)^ *(locked: false|protected: true)\n", ""),
    ("another user of an anchor loses it", r"(?m)^(other\d+): \*\w+$", r"\1: {}"),
    (
        "an anchor that something else uses loses its keys",
        r"(?s)(x-(base\d+): &\2)\n(?:  [^\n]*\n)+(.*other\d+: \*\2)",
        r"\1 {}\n\3",
    ),
    ("a merge key is gone", r"(?m)^  <<: \*base\d+\n", ""),
    ("a value is changed", r"https://gitlab", "http://gitlab"),
    ("a value has another type", r"privileged: true", 'privileged: "true"'),
    ("the token is lost", r"(runnerToken\"?(?: =|:) ).*", r'\1""'),
    ("the token is another one", r"(runnerToken\"?(?: =|:) ).*", r'\1"other"'),
    ("the Secret loses its old key", r'(?m)^  runner-registration-token: ""\n', ""),
    ("the Secret keeps both tokens", r'runner-registration-token: ""', "runner-registration-token: other"),
    ("a document is gone", r"(?s)\A.*?^---\n|\n---\n.*\Z", "\n"),
    ("an entry is gone", r"(?m)^ *- name: rbac.create\n.*\n", ""),
]
