# docker build -t runnerlint .
# docker run --rm -v "$PWD:/work:ro" runnerlint
# docker run --rm -v "$PWD:/work" --user "$(id -u):$(id -g)" runnerlint --fix

FROM rust:1-slim-bookworm AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY rules rules
COPY src src
RUN cargo build --locked --release

# Not `scratch`: a job of GitLab CI starts a shell in its image.
FROM debian:bookworm-slim
# For `--changed-since`, in a repository of any owner: no program that its configuration names is run.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends git && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory '*'
COPY --from=build /src/target/release/runnerlint /usr/local/bin/
COPY LICENSE-APACHE LICENSE-MIT /usr/share/doc/runnerlint/
USER 65534:65534
WORKDIR /work
ENTRYPOINT ["runnerlint"]
