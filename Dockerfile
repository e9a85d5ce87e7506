# syntax=docker/dockerfile:1
# A slim image of the one binary.
# Build: docker build --build-arg CHANCERY_COMMIT="$(git rev-parse HEAD)" -t chancery .
# Run:   docker run -p 8081:8081 -v chancery-data:/data chancery

FROM rust:1.95-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
ARG CHANCERY_COMMIT=""
RUN CHANCERY_COMMIT="$CHANCERY_COMMIT" cargo build --release --locked --bin chancery

FROM debian:bookworm-slim
RUN groupadd --system --gid 10001 chancery \
    && useradd --system --uid 10001 --gid chancery --no-create-home chancery \
    && install -d -o chancery -g chancery /data
COPY --from=build /src/target/release/chancery /usr/local/bin/chancery
COPY LICENSE /usr/share/doc/chancery/LICENSE
USER 10001:10001
VOLUME /data
EXPOSE 8081
ENV CHANCERY_LISTEN=0.0.0.0:8081 \
    CHANCERY_DATABASE_URL=sqlite:/data/chancery.db
# The binary asks itself: the image needs no shell tools.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
    CMD ["chancery", "health"]
ENTRYPOINT ["chancery"]
CMD ["serve"]
