"""The chart, and what it renders from a file of values. No cluster and no network.

`python -m tests.support.helm FOLDER` writes what each file of `ci/` makes.
"""

import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import helm_python
import kubernetes_validate
import yaml

from devstack.child import PROJECT

CHART = PROJECT / "helm" / "salesbot"
CI = CHART / "ci"
# It reads the schemas of all kinds anew for each object.
kubernetes_validate.utils.schema_contents = cache(kubernetes_validate.utils.schema_contents)
MATRIX = sorted(path.stem for path in CI.glob("*.yaml"))
WITH_PODS = ("Deployment", "StatefulSet", "Job", "CronJob", "Pod")
Values = dict[str, Any]
Document = dict[str, Any]


def merged(base: Mapping[str, Any], more: Mapping[str, Any]) -> Values:
    """As Helm merges values: maps into each other, anything else replaced."""
    result = dict(base)
    for key, value in more.items():
        mine = result.get(key)
        result[key] = merged(mine, value) if isinstance(mine, dict) and isinstance(value, dict) else value
    return result


def values_of(name: str) -> Values:
    """The values of a file in `ci/`."""
    return cast(Values, yaml.safe_load((CI / f"{name}.yaml").read_text(encoding="utf-8")))


@cache
def _chart() -> helm_python.Chart:
    return helm_python.Chart.load(CHART)


def rendered_files(values: Values, *, name: str = "sb", namespace: str = "sales") -> dict[str, str]:
    """Every file of a release. Raises HelmError where the values are refused."""
    _chart().validate_schema(values)
    return _chart().render(values, name=name, namespace=namespace)


def documents(values: Values, **release: str) -> list[Document]:
    """Every object of a release."""
    files = rendered_files(values, **release)
    texts = (text for path, text in files.items() if not path.endswith("NOTES.txt"))
    return [each for text in texts for each in yaml.load_all(text, yaml.CSafeLoader) if each]


@cache
def release_of(name: str) -> list[Document]:
    """Every object that a file of `ci/` makes; made once, and not to be changed."""
    return documents(values_of(name))


def of_kind(found: list[Document], *kinds: str) -> list[Document]:
    return [each for each in found if each["kind"] in kinds]


def component(document: Document) -> str:
    """Of which process an object is."""
    return str(document["metadata"]["labels"]["app.kubernetes.io/component"])


def pod_template_of(document: Document) -> Document:
    """The labels and the pod of an object that runs one."""
    spec = document["spec"]
    if document["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    return document if document["kind"] == "Pod" else cast(Document, spec["template"])


def pod_of(document: Document) -> Document:
    """The pod that it runs."""
    return cast(Document, pod_template_of(document)["spec"])


def containers_of(document: Document) -> list[Document]:
    """The containers of that pod, those that run first among them."""
    pod = pod_of(document)
    return [*pod.get("initContainers", ()), *pod["containers"]]


def write_releases(folder: Path) -> None:
    """Write every release as one file of objects."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in MATRIX:
        (folder / f"{name}.yaml").write_text(yaml.safe_dump_all(release_of(name)), encoding="utf-8")


if __name__ == "__main__":
    write_releases(Path(sys.argv[1]))
