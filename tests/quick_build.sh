# Sourced by the tests that build as a user does (`cargo install`, `pip install`), again and again: what is built on is kept between
# the runs, away from builds of other profiles, and not optimised, since what is tested is not the speed.
target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target"
target=$(cd "$target" && pwd)
export CARGO_TARGET_DIR=$target/quick CARGO_PROFILE_RELEASE_OPT_LEVEL=0
