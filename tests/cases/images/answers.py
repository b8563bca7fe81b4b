"""Writes behind each request of the files beside this one what the SageMaker Python SDK answers.

Needs the package that src/catalog/images/facts/VERSION names, and no credentials:

    pip install sagemaker-core==2.27.0
    AWS_DEFAULT_REGION=us-east-1 python tests/cases/images/answers.py
"""

import json
import logging
import re
from pathlib import Path

from sagemaker.core import image_uris

FOLDER = Path(__file__).parent
# Their images watch endpoints, in scopes of their own, which the SDK defaults to.
MONITORS = ("clarify", "model-monitor")
# The part of a request that the SDK finds wrong, by its words.
PARTS = {
    r"for (Trainium|Graviton) instances|P2 instances|Unsupported processor|Empty SageMaker": "Hardware",
    r"Unsupported region": "Region",
    r"Unsupported Python version": "PyVersion",
    r"Unsupported base framework": "BaseFramework",
    r"Unsupported \S+ version": "Version",
}


def answer(request):
    framework, tool = request["framework"], None
    if framework in ("huggingface-neuron", "huggingface-neuronx"):
        framework, tool = framework.split("-")
    serverless = request.get("instance") == "serverless"
    try:
        uri = image_uris.retrieve(
            framework,
            request["region"],
            version=request.get("version"),
            py_version=request.get("python"),
            base_framework_version=request.get("base"),
            instance_type=None if serverless else request.get("instance"),
            serverless_inference_config=object() if serverless else None,
            image_scope=None if framework in MONITORS else "inference",
            inference_tool=tool,
        )
    except FileNotFoundError:
        return {"refused": "Framework"}
    except ValueError as error:
        return {"refused": next(part for words, part in PARTS.items() if re.search(words, str(error)))}
    return {"uri": uri}


def main():
    logging.disable(logging.CRITICAL)
    for path in sorted(FOLDER.glob("*.jsonl")):
        lines = []
        for line in path.read_text().splitlines():
            request = {key: value for key, value in json.loads(line).items() if key not in ("uri", "refused")}
            lines.append(json.dumps(request | answer(request)) + "\n")
        path.write_text("".join(lines))


if __name__ == "__main__":
    main()
