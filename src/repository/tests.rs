use super::*;

fn repository(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let path = fs::canonicalize(root.path()).unwrap();
    for (name, text) in files {
        let file = path.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    (root, path)
}

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

#[test]
fn a_remote_has_no_credentials() {
    for (written, shown) in [
        ("https://gitlab.example.com/team/app.git", "https://gitlab.example.com/team/app.git"),
        ("https://user:made-up@gitlab.example.com/team/app.git", "https://gitlab.example.com/team/app.git"),
        ("https://made-up@GitLab.example.com:8443/team/app/", "https://gitlab.example.com:8443/team/app"),
        (
            "https://a@b:made-up@gitlab.example.com/x?private_token=made-up#made-up",
            "https://gitlab.example.com/x",
        ),
        (
            "https://gitlab.example.com/glpat-EXAMPLEtoken0123456789/x",
            "https://gitlab.example.com/****************************/x",
        ),
        ("ssh://git@gitlab.example.com:2222/team/app.git", "ssh://gitlab.example.com:2222/team/app.git"),
        ("git@gitlab.example.com:team/app.git", "ssh://gitlab.example.com/team/app.git"),
        ("https://[::1]:80/x", "https://[::1]:80/x"),
    ] {
        assert_eq!(public_remote(written).as_deref(), Some(shown), "{written}");
    }
    for written in [
        "",
        "/srv/git/app.git",
        "../app.git",
        "file:///srv/git/app.git",
        "C:\\app",
        "https://user:made/up@gitlab.example.com/x",
        "https://user:1/made-up@gitlab.example.com/x",
        "https://user:made-up",
        "ext::sh -c x",
        "javascript://gitlab.example.com/%0aalert(1)",
        "https://gitlab.example.com/\u{202e}x",
        "https://gitlab.example.com/a\"onload=x",
        "https:///x",
    ] {
        assert_eq!(public_remote(written), None, "{written}");
    }
}

#[test]
fn the_remote_and_the_commit_are_read() {
    let config = "[core]\n\turl = https://a.example.com/x\n[remote \"up\"]\n\turl = https://b.example.com/x\n\
                  [Remote \"origin\"] ; comment\n\tfetch = x\n\tURL = \"https://u:made-up@c.example.com/x\"\n";
    let packed = format!("# pack-refs\n{COMMIT} refs/heads/main\n^{COMMIT}\n");
    for (head, more, wanted) in [
        ("ref: refs/heads/main\n", (".git/refs/heads/main", COMMIT), Some(COMMIT)),
        ("ref: refs/heads/main\n", (".git/packed-refs", packed.as_str()), Some(COMMIT)),
        ("ref: refs/heads/other\n", (".git/packed-refs", packed.as_str()), None),
        (COMMIT, (".git/x", ""), Some(COMMIT)),
        ("ref: refs/../../secret\n", ("secret", COMMIT), None),
        ("ref: ../secret\n", ("secret", COMMIT), None),
        ("glpat-EXAMPLE", (".git/x", ""), None),
    ] {
        let (_root, path) = repository(&[(".git/config", config), (".git/HEAD", head), more]);
        let found = Repository::at(&path, (&path, &path), (Path::new("a"), &path.join("a")));
        assert_eq!(found.remote.as_deref(), Some("https://c.example.com/x"));
        assert_eq!(found.revision.as_deref(), wanted, "{head}");
    }
    let other = "[remote \"up\"]\nurl = https://b.example.com/x\n[remote \"origin\"]\nurl = /srv/x\n";
    assert_eq!(config::remote(other).as_deref(), Some("https://b.example.com/x"));
}

#[test]
#[cfg(unix)]
fn nothing_leads_out_of_the_repository() {
    use std::os::unix::fs::symlink;
    let config = "[remote \"origin\"]\nurl = https://a.example.com/x\n";
    let (_other, outside) = repository(&[("config", config), ("HEAD", COMMIT)]);
    for make in [
        |root: &Path, outside: &Path| {
            fs::create_dir(root.join(GIT)).unwrap();
            symlink(outside.join("config"), root.join(".git/config")).unwrap();
            symlink(outside.join("HEAD"), root.join(".git/HEAD")).unwrap();
        },
        |root: &Path, outside: &Path| symlink(outside, root.join(GIT)).unwrap(),
        |root: &Path, outside: &Path| {
            fs::write(root.join(GIT), format!("gitdir: {}\n", outside.display())).unwrap();
        },
        |root: &Path, _: &Path| {
            fs::create_dir(root.join(GIT)).unwrap();
            let pipe = std::process::Command::new("mkfifo").arg(root.join(".git/config")).status();
            assert!(pipe.unwrap().success());
            fs::write(root.join(".git/HEAD"), COMMIT.repeat(1000)).unwrap();
        },
    ] {
        let (_root, path) = repository(&[]);
        make(&path, &outside);
        let found = Repository::at(&path, (&path, &path), (Path::new("a"), &path.join("a")));
        assert_eq!((found.remote, found.revision), (None, None));
        assert!(is_root(&path));
    }
}

#[test]
fn paths_are_seen_from_the_repository() {
    for (root, cwd, shown, real, wanted) in [
        ("/r", "/r", "a/x", "/r/a/x", ("", "")),
        ("/w/team/app", "/w", "team/app/x", "/w/team/app/x", ("team/app", "")),
        ("/r", "/r/a/b", "x", "/r/a/b/x", ("", "a/b")),
        ("/srv/app", "/w", "/srv/app/a/x", "/srv/app/a/x", ("/srv/app", "")),
        ("/srv/app", "/w", "../srv/app/x", "/srv/app/x", ("../srv/app", "")),
        ("/srv/app", "/w", "link/x", "/srv/app/a/x", ("", "")),
    ] {
        let found = Repository::at(
            Path::new(root),
            (Path::new(cwd), Path::new("/w")),
            (Path::new(shown), Path::new(real)),
        );
        assert_eq!((found.folder.as_str(), found.directory.as_str()), wanted, "{root} from {cwd}");
        assert_eq!(
            found.name,
            root.trim_start_matches("/w/").trim_start_matches("/srv/").trim_start_matches('/')
        );
    }
}
