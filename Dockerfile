# Zhixun in a container: no root, nothing writable but /data. See compose.yaml and docs/operations.md.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN python -m venv /app/.venv && /app/.venv/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements.lock
COPY crawler crawler
COPY storage storage
COPY jobs jobs
RUN /app/.venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN groupadd --system --gid 10001 zhixun && useradd --system --uid 10001 --gid 10001 --home-dir /data --shell /usr/sbin/nologin zhixun \
    && install -d -o zhixun -g zhixun -m 0700 /data
COPY --from=build /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH ZHIXUN_CONFIG=/config/config.yaml PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /data
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=20s --start-period=60s --retries=3 CMD ["zhixun", "healthcheck"]
ENTRYPOINT ["zhixun"]
CMD ["run"]
