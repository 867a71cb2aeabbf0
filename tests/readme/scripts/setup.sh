#!/bin/sh
set -eu
# Call this with the registration token of the group.
gitlab-runner register --non-interactive \
  --url https://gitlab.example.com \
  -r "$1" \
  --executor docker \
  --tag-list docker,linux \
  --run-untagged=false \
  --locked=false
