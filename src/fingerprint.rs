//! What a finding is, whatever lines come before it: the same value for baselines and for the services that track findings.

use crate::finding::Finding;
use std::collections::BTreeMap;

/// The names of a finding that edits elsewhere in its file do not change. Several findings may share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity<'a> {
    /// The file.
    pub path: &'a str,
    /// Id of the rule.
    pub rule: &'a str,
    /// [`Finding::structure`]
    pub structure: &'a str,
    /// [`Finding::name`]
    pub name: &'a str,
}

impl<'a> Identity<'a> {
    /// The identity of a finding in the file at `path`.
    pub fn of(path: &'a str, finding: &'a Finding) -> Self {
        Self { path, rule: &finding.rule, structure: &finding.structure, name: &finding.name }
    }

    /// A hash of it, and of how many equal ones stand before it in the file: 32 hexadecimal digits, the same on every
    /// machine and with every version.
    pub fn fingerprint(&self, before: usize) -> String {
        digest([self.rule, self.path, self.structure, self.name, &before.to_string()])
    }
}

/// A hash of texts in order: 32 hexadecimal digits, the same on every machine and with every version.
pub fn digest<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = OFFSET;
    for part in parts {
        // The zero keeps `a`, `bc` and `ab`, `c` apart.
        hash = part.bytes().chain([0]).fold(hash, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    }
    format!("{hash:032x}")
}

// FNV-1a with 128 bits. It names findings and guards nothing.
const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// The fingerprints of all findings of a file, in their order; no two are the same.
pub fn fingerprints(path: &str, findings: &[Finding]) -> Vec<String> {
    let mut seen: BTreeMap<Identity<'_>, usize> = BTreeMap::new();
    let fingerprint = |finding| {
        let identity = Identity::of(path, finding);
        let before = seen.entry(identity).or_default();
        *before += 1;
        identity.fingerprint(*before - 1)
    };
    findings.iter().map(fingerprint).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Settings, Surroundings, lint};
    use crate::text::Source;
    use std::collections::BTreeSet;

    fn lint_all(path: &str, text: &str) -> Vec<Finding> {
        let source = Source::new(text.as_bytes().to_vec());
        lint(&Settings::default(), path, &Surroundings::default(), &source).findings
    }

    fn identities(path: &str, text: &str) -> Vec<String> {
        lint_all(path, text).iter().map(|it| format!("{} » {}", it.structure, it.name)).collect()
    }

    #[test]
    fn the_hash_is_a_fixed_one() {
        let identity =
            Identity { path: "a/b.sh", rule: "r", structure: "gitlab-runner register", name: "-r" };
        assert_eq!(identity.fingerprint(0), "945a51a1390313cb17fc6ae38fab7ad0");
        assert_ne!(identity.fingerprint(0), identity.fingerprint(1));
        let other = Identity { path: "a/b.sh", rule: "r", structure: "gitlab-runner register-", name: "r" };
        assert_ne!(identity.fingerprint(0), other.fingerprint(0));
    }

    const CI: &str = "\
build:
  script:
    - gitlab-runner register --registration-token \"$T\" --locked
    - |
      sudo gitlab-runner register --registration-token \"$T\" --locked
      sudo gitlab-runner register --registration-token \"$T\" --locked
";

    #[test]
    fn a_place_is_told_by_structure() {
        assert_eq!(
            identities(".gitlab-ci.yml", CI)[..3],
            [
                "build/script[]/gitlab-runner register » --registration-token",
                "build/script[]/gitlab-runner register » --locked",
                "build/script[]/sudo gitlab-runner register » --registration-token",
            ]
        );
        let values = "gitlabUrl: x\nrunnerRegistrationToken: y\nrunners:\n  tags: a\n";
        assert_eq!(
            identities("values.yaml", values),
            ["runnerRegistrationToken » runnerRegistrationToken", "runners/tags » runners.tags"]
        );
        let pods = "\
apiVersion: v1
kind: Pod
metadata: {name: runner}
spec:
  containers:
    - name: main
      image: gitlab/gitlab-runner
      env:
        - {name: REGISTRATION_TOKEN, value: x}
";
        assert_eq!(
            identities("pod.yaml", pods),
            ["Pod[runner]/spec/containers[main]/env[REGISTRATION_TOKEN]/name » REGISTRATION_TOKEN"]
        );
        let script =
            "export REGISTRATION_TOKEN=x\nf() { gitlab-runner register -r \"$REGISTRATION_TOKEN\"; }\n";
        assert_eq!(
            identities("a.sh", script),
            ["export » REGISTRATION_TOKEN", "gitlab-runner register » -r"]
        );
        let leaked = "a:\n  b:\n    - name: GR1348941EXAMPLEexampleEXAMPL\n";
        assert_eq!(identities("a.yaml", leaked), ["a/b[*****************************]/name » "]);
    }

    #[test]
    fn each_finding_has_a_fingerprint_of_its_own_that_edits_elsewhere_do_not_change() {
        let path = ".gitlab-ci.yml";
        let before = fingerprints(path, &lint_all(path, CI));
        assert_eq!(before.len(), 6);
        assert_eq!(before.iter().collect::<BTreeSet<_>>().len(), 6);
        let grown = CI.replace("  script:\n", "  # here\n  image: x\n  script:\n    - echo\n");
        let grown = format!("# a comment\nother:\n  script:\n    - gitlab-runner register --locked\n{grown}");
        let after = fingerprints(path, &lint_all(path, &grown));
        assert!(before.iter().all(|it| after.contains(it)), "{before:#?} {after:#?}");
        assert_ne!(before, fingerprints("other.yml", &lint_all("other.yml", CI)));
    }
}
