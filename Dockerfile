# syntax=docker/dockerfile:1
# A static binary on an empty file system: no shell, no libraries, no user database.

FROM rust:1.95-alpine AS build
RUN apk add --no-cache musl-dev
WORKDIR /src
COPY . .
ARG REVISION=""
# Binaries for musl are static by default; asking for it in RUSTFLAGS would ask the same of macros, which cannot be.
RUN BUILD_COMMIT="${REVISION}" cargo build --release --locked --bin logsentry
RUN ! readelf -d target/release/logsentry | grep NEEDED

FROM scratch
ARG REVISION=""
LABEL org.opencontainers.image.title="logsentry" \
      org.opencontainers.image.description="Offline log scanner: Sigma rules, correlations, risk score" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /src/target/release/logsentry /logsentry
WORKDIR /data
USER 65532:65532
ENTRYPOINT ["/logsentry"]
