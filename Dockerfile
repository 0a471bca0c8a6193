# One file for the five services: docker build --build-arg SERVICE=gateway -t salesbot-gateway .
# An image holds one service and what it may import, and nothing of the others. Further processes and one-shot jobs
# run from it with another command: `python -m services.gateway.mailer.main`, `python -m chassis.kafka.topics apply`.
# It builds with BuildKit and without.
ARG PYTHON_IMAGE=python:3.12-slim

FROM ${PYTHON_IMAGE} AS packages
WORKDIR /build
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends binutils \
    && rm -rf /var/lib/apt/lists/*
# Behind a proxy that signs TLS anew: put its authority into ca-bundle.pem, which git ignores. Elsewhere there is none.
COPY requirements/runtime.txt ca-bundle.pe[m] ./
RUN if [ -e ca-bundle.pem ]; then export PIP_CERT=/build/ca-bundle.pem SSL_CERT_FILE=/build/ca-bundle.pem; fi \
    && python -m venv --without-pip /venv \
    && python -m pip --python /venv/bin/python install \
        --no-cache-dir --no-compile --disable-pip-version-check --require-hashes -r runtime.txt
# What nothing of ours reads: tests, type stubs, sources of compiled modules, their debug symbols, and where in the world
# a telephone number belongs.
RUN find /venv/lib \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.c' -o -name '*.h' \) -delete \
    && find /venv/lib -depth -type d \( -name tests -o -path '*/phonenumbers/geodata' \) -exec rm -r {} + \
    && find /venv/lib -name '*.so*' -exec strip --strip-unneeded {} +

FROM packages AS service
ARG SERVICE
WORKDIR /app
COPY playbook.yaml ./
COPY contracts/ contracts/
COPY playbook/ playbook/
COPY chassis/ chassis/
COPY services/__init__.py services/
COPY services/${SERVICE:?}/ services/${SERVICE}/
# The bytecode of what its processes and jobs import, and of nothing else; a service that lacks something fails here.
ENV PYTHONPYCACHEPREFIX=/bytecode
RUN mkdir /bytecode /data \
    && find services -name main.py > /build/programs \
    && /venv/bin/python -c "import chassis.kafka.topics.__main__, importlib; \
[importlib.import_module(line.strip()[:-3].replace('/', '.')) for line in open('/build/programs')]"

FROM ${PYTHON_IMAGE}
ARG SERVICE
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPYCACHEPREFIX=/bytecode \
    PYTHONUNBUFFERED=1 \
    SERVICE=${SERVICE} \
    HTTP_HOST=0.0.0.0 \
    HTTP_PORT=8080 \
    OPS_HOST=0.0.0.0 \
    OPS_PORT=9090
WORKDIR /app
# One layer of all images, so that a machine has it once.
COPY --from=packages /venv /venv
COPY --from=service /bytecode /bytecode
COPY --from=service /app /app
# For the journal of a mailer, on a volume that takes its owner from here.
COPY --from=service --chown=10001:10001 /data /data
# By its number, so that Kubernetes can see that it is not root. Nothing is written but to /tmp.
USER 10001:10001
EXPOSE 8080 9090
HEALTHCHECK --interval=10s --timeout=5s --start-period=180s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$HTTP_PORT && printf 'GET /livez HTTP/1.1\\r\\nHost:localhost\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
CMD ["sh", "-c", "exec python -m services.${SERVICE}.main"]
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG SOURCE=
LABEL org.opencontainers.image.title="salesbot-${SERVICE}" \
    org.opencontainers.image.description="The ${SERVICE} service of salesbot: hello to a booked demo." \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}" \
    org.opencontainers.image.source="${SOURCE}"
