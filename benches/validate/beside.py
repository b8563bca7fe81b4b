"""Times cfn-lint and cloudformation-validate, in this process, on the templates of a folder.

Prints one JSON object: the name and version of each, and the seconds that each template took.
Starting Python and loading the schemas is not counted: one template is checked before.
"""

import importlib.metadata
import json
import pathlib
import sys
import time

from cfnlint.api import ManualArgs, lint
from cloudformation_validate import RegoEngine

engine = RegoEngine()


def cfn_lint(path):
    lint(path.read_text(), config=ManualArgs(regions=["eu-west-1"]))


def cloudformation_validate(path):
    engine.validate_template(str(path))


paths = sorted(pathlib.Path(sys.argv[1]).iterdir())
figures = {}
for name, run in [("cfn-lint", cfn_lint), ("cloudformation-validate", cloudformation_validate)]:
    run(paths[0])
    seconds = []
    for path in paths:
        start = time.perf_counter()
        run(path)
        seconds.append(time.perf_counter() - start)
    figures[f"{name} {importlib.metadata.version(name)}"] = seconds
json.dump(figures, sys.stdout)
