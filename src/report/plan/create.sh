#!/bin/sh
# Creates runners in GitLab. It sends POST /api/v4/user/runners for each of them, once.
#
# - Replace each <FILL IN>. runner_type is instance_type, group_type or project_type. The last two need another line:
#   --data-urlencode 'group_id=ID' or --data-urlencode 'project_id=ID'
# - Check each URL: the script sends your token there.
# - Export GITLAB_TOKEN, a personal access token with the scope create_runner.
# - Run the script with --dry-run to print the requests, then without it to create the runners.
#
# GitLab shows the token of a runner only once. The script writes each response to runner-tokens/FINGERPRINT.json, or to
# another directory with --out DIR. It skips a runner whose file exists, so it can be run again after an error.
# It needs curl 7.76 or later.
set -eu
umask 077
LC_ALL=C
export LC_ALL

fail() {
  printf 'error: %s\n' "$1" >&2
  exit 1
}

out=runner-tokens
dry_run=
while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) dry_run=yes ;;
    --out)
      [ $# -gt 1 ] || fail '--out needs a directory'
      out=$2
      shift
      ;;
    --out=*) out=${1#--out=} ;;
    *) fail 'usage: sh FILE [--dry-run] [--out DIR]' ;;
  esac
  shift
done
case $out in
  '') fail '--out needs a directory' ;;
  -*) out=./$out ;;
esac

# Comments may contain the sign; values of the repository are quoted so that they do not.
[ -f "$0" ] || fail 'run this script from a file: sh FILE'
left=$(grep -n '<FILL[ ]IN>' "$0" | grep -v '^[0-9]*:[[:space:]]*#' || :)
if [ -n "$left" ]; then
  printf 'These lines of %s still have values to fill in:\n%s\n' "$0" "$left" >&2
  [ -n "$dry_run" ] || fail 'no request was sent'
fi

if [ -z "$dry_run" ]; then
  [ -n "${GITLAB_TOKEN:-}" ] || fail 'GITLAB_TOKEN is not set'
  if [ -d "$out" ] && [ -n "$(ls -A "$out")" ]; then
    if [ ! -f "$out/.gitignore" ] || ! grep -qx '[*]' "$out/.gitignore"; then
      fail "$out is not empty and has no .gitignore with *: choose another directory with --out"
    fi
  fi
  mkdir -p "$out"
  chmod 700 "$out"
  printf '*\n' >"$out/.gitignore"
fi

# The id of the runner in a response. The rest of it is never printed.
id_of() {
  sed -n 's/.*"id" *: *\([0-9][0-9]*\).*/\1/p' "$1" | head -n 1
}

# create NUMBER FINGERPRINTS URL --data-urlencode FIELD=VALUE ...
# A runner has a fingerprint for each of its registrations, so that it is found again when one of them is migrated. The first one
# names the file, FINGERPRINT.same of the others contains the first one.
create() {
  number=$1
  prints=$2
  url=$3
  shift 3
  for print in $prints; do
    file=$out/$print.json
    if [ -e "$out/$print.same" ]; then
      file=$out/$(cat "$out/$print.same").json
    fi
    if [ -e "$file" ]; then
      printf 'runner %s: already created, id %s (%s)\n' "$number" "$(id_of "$file")" "$file"
      return 0
    fi
    if [ -e "$file.part" ]; then
      fail "runner $number: an earlier request has no complete response, so the runner may exist. Look for it in GitLab, then delete $file.part"
    fi
  done
  if [ -n "$dry_run" ]; then
    printf 'runner %s: POST %s\n' "$number" "$url"
    for word; do
      [ "$word" = --data-urlencode ] || printf '%s\n' "$word" | sed 's/^/  /'
    done
    return 0
  fi
  first=${prints%% *}
  file=$out/$first.json
  part=$file.part
  # It stays if the script is stopped during the request. Another run at the same time cannot create it again.
  (
    set -C
    : >"$part"
  ) || fail "cannot create $part"
  status=0
  # Through standard input, because other users of the machine can see arguments.
  printf 'PRIVATE-TOKEN: %s\n' "$GITLAB_TOKEN" |
    curl --silent --show-error --fail-with-body --globoff --request POST --url "$url" --header @- "$@" >"$part" || status=$?
  id=$(id_of "$part")
  if [ "$status" -eq 0 ] && [ -n "$id" ]; then
    mv "$part" "$file"
    for print in $prints; do
      [ "$print" = "$first" ] || printf '%s\n' "$first" >"$out/$print.same"
    done
    printf 'runner %s: created, id %s (%s)\n' "$number" "$id" "$file"
    return 0
  fi
  may_exist=
  case $status in
    0) if [ ! -s "$part" ] || grep -q '"token"' "$part"; then may_exist=yes; fi ;;
    # The connection ended after the request was sent, or curl was stopped.
    16 | 18 | 28 | 52 | 55 | 56 | 92 | 12[89] | 1[3-9]? | 2??) may_exist=yes ;;
  esac
  if [ -n "$may_exist" ]; then
    fail "runner $number: no complete response (curl: $status), so the runner may exist. Look for it in GitLab, then delete $part"
  fi
  printf 'runner %s: GitLab answered: %s\n' "$number" "$(tr -d '[:cntrl:]' <"$part")" >&2
  rm -f "$part"
  fail "runner $number was not created (curl: $status)"
}
