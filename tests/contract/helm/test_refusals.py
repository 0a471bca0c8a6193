"""Values that cannot work are refused, and the message says what to do."""

from typing import Any

import pytest
from helm_python import HelmError

from tests.support.helm import Values, documents, merged, rendered_files, values_of

Bad = dict[str, Any]


def scaling(service: str, **values: Any) -> Bad:
    return {"services": {service: {"autoscaling": values}}}


SASL = {
    "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
    "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
    "KAFKA_SASL_USERNAME": "a",
}
NO_AUTHORITY = {**SASL, "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT"}
PASSWORD = {"names": ["KAFKA_SASL_PASSWORD"]}
INGRESS = {"enabled": True, "host": "chat.example.com"}
BUCKET = {"enabled": True, "storage": "s3", "s3": {"endpoint": "https://s3.example.com"}}

REFUSED: list[tuple[Bad, str]] = [
    ({"image": {"repository": ""}}, "image.repository is empty"),
    ({"config": {"KAFKA_BOOTSTRAP_SERVERS": ""}}, "config.KAFKA_BOOTSTRAP_SERVERS is empty"),
    ({"config": {"LOG_LEVLE": "INFO"}}, "config.LOG_LEVLE is no setting of any process; see .env.example"),
    ({"config": {"SESSION_SECRET": "a"}}, "config.SESSION_SECRET is a secret: put it where secrets are"),
    ({"config": {"HTTP_PORT": 80}}, "config.HTTP_PORT is set by the chart"),
    ({"config": {"SMTP_CA_FILE": "/a"}}, "config.SMTP_CA_FILE is set by the chart: see tls"),
    (
        {"services": {"proposal": {"config": {"MAIL_DAYS": 3}}}},
        "services.proposal.config.MAIL_DAYS is no setting of proposal",
    ),
    ({"services": {"dialogue": {"replica": 3}}}, "additional properties 'replica' not allowed"),
    ({"services": {"chat": {}}}, "additional properties 'chat' not allowed"),
    ({"defaults": {"replicas": -1}}, "at '/defaults/replicas': minimum: got -1, want 0"),
    (scaling("dialogue", maxReplicas=30), "has 24 partitions: further replicas would have nothing to read"),
    (scaling("dialogue", minReplicas=0), "dialogue has work that no record asks for"),
    (scaling("leadstore", minReplicas=9), "minReplicas 9 is more than maxReplicas 6"),
    (scaling("booking", lagThreshold=0), "minimum: got 0, want 1"),
    (scaling("gateway", mode="requests"), "needs services.gateway.autoscaling.prometheusAddress"),
    (
        merged(scaling("gateway", mode="requests"), {"keda": {"enabled": False}}),
        "mode requests needs keda.enabled",
    ),
    ({"services": {"gateway": {"resources": {"requests": {"cpu": None}}}}}, "resources.requests.cpu"),
    ({"secrets": {"existingSecret": ""}}, "secrets.existingSecret is empty"),
    ({"secrets": {"names": ["OPENAI_KEY"]}}, "secrets.names: no process has a setting OPENAI_KEY"),
    ({"secrets": {"names": ["SITES"]}, "config": {"SITES": []}}, "SITES is in config and in secrets.names"),
    ({"secrets": {"mode": "vault"}}, "value must be one of 'existingSecret'"),
    ({"secrets": {"mode": "vaultAgent", "names": ["SITES"]}}, "SITES is read from no file"),
    ({"secrets": {"mode": "externalSecrets"}}, "needs secrets.externalSecrets.store.name"),
    (
        {"secrets": {"mode": "vaultAgent"}, "backup": {"enabled": True}},
        "backup.urlSecret.name is empty",
    ),
    (
        {"secrets": {"mode": "vaultAgent", **PASSWORD}, "config": NO_AUTHORITY},
        "keda.authSecret is empty",
    ),
    (
        {"config": {"KAFKA_SECURITY_PROTOCOL": "TLS"}},
        "it is one of PLAINTEXT, SSL, SASL_PLAINTEXT and SASL_SSL",
    ),
    ({"config": {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}}, "needs config.KAFKA_SASL_MECHANISM"),
    ({"config": SASL}, "needs the secret KAFKA_SASL_PASSWORD: add it to secrets.names"),
    (
        {"config": {**SASL, "KAFKA_SASL_USERNAME": ""}, "secrets": PASSWORD},
        "needs config.KAFKA_SASL_USERNAME",
    ),
    ({"tls": {"kafka": {"secretName": "a"}}}, "tls.kafka would not be used"),
    (
        {"tls": {"redis": {"secretName": "a", "cert": "a"}}},
        "tls.redis.cert and tls.redis.key need each other",
    ),
    ({"ingress": {"enabled": True}, "config": {"TRUSTED_PROXIES": ["10.0.0.0/8"]}}, "ingress.host is empty"),
    ({"ingress": INGRESS}, "config.TRUSTED_PROXIES is empty"),
    (
        {"playbook": {"existingConfigMap": "a", "files": {"playbook.yaml": "a"}}},
        "give existingConfigMap or files, not both",
    ),
    ({"playbook": {"files": {"es.yaml": "a"}}}, "playbook.files has no playbook.yaml"),
    ({"topics": {"mode": "strimzi"}}, "topics.strimzi.cluster is empty"),
    ({"monitoring": {"prometheusRule": {"enabled": True}}}, "runbookBaseUrl is empty"),
    ({"backup": BUCKET}, "backup.s3.bucket is empty"),
    ({"secrets": {"names": ["SMTP_URL"]}}, "SMTP_URL needs config.MAIL_FROM"),
]


@pytest.mark.parametrize(("bad", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_cannot_work_is_refused_with_what_to_do(bad: Bad, message: str) -> None:
    with pytest.raises(HelmError) as refused:
        documents(merged(values_of("minimal"), bad))
    assert message in str(refused.value)


def test_nothing_but_where_things_are_has_to_be_said() -> None:
    with pytest.raises(HelmError):
        documents({})
    assert documents(values_of("minimal"))


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({}, "No language model: the conversation is guided"),
        ({}, "kubectl port-forward --namespace sales service/sb-salesbot-gateway 8080:8080"),
        ({"config": {"ALLOW_EXAMPLE_FACTS": True}}, "visitors may be told facts that nobody has confirmed"),
        ({"secrets": {"names": ["DEV_API_KEY"]}}, "is meant for a laptop"),
        ({"ingress": INGRESS, "config": {"TRUSTED_PROXIES": ["10.0.0.0/8"]}}, "by https://chat.example.com"),
    ],
)
def test_the_notes_say_what_is_off_and_how_to_get_in(more: Values, line: str) -> None:
    (notes,) = (
        text
        for path, text in rendered_files(merged(values_of("minimal"), more)).items()
        if path.endswith("NOTES.txt")
    )
    assert line in notes
