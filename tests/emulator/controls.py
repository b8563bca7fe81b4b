"""What a test asks the emulator to do wrong. None of it exists on AWS."""

import json
import threading
import time

from moto.sagemaker.models import sagemaker_backends

_RULES = []
_LOCK = threading.Lock()

PREFIX = "/_emulator/"
EFFECTS = {"proceed", "fail", "roll-back-silently", "stay-updating"}


class Rule:
    """What the next operation on a resource of a stack is to do."""

    def __init__(
        self, account, stack, resource, operation, effect="proceed", reason="", seconds=0
    ):
        if effect not in EFFECTS:
            raise ValueError(f"expected one of {sorted(EFFECTS)}, got `{effect}`")
        self.key = (account, stack, resource, operation)
        self.effect = effect
        self.reason = reason
        self.seconds = seconds

    def wait(self):
        """Keeps the operation in progress for as long as the test asked."""
        time.sleep(self.seconds)


def take(account, stack, resource, operation):
    """The oldest rule for this operation, which is thereby used up."""
    wanted = Rule(account, stack, resource, operation)
    with _LOCK:
        for rule in _RULES:
            if rule.key == wanted.key:
                _RULES.remove(rule)
                return rule
    return wanted


def handle(path, body):
    """Answers a request below `/_emulator/` with a status and a JSON value."""
    try:
        request = json.loads(body or b"{}")
        match path.removeprefix(PREFIX):
            case "next":
                rule = Rule(**request)
                with _LOCK:
                    _RULES.append(rule)
            case "endpoint":
                backend = sagemaker_backends[request["account"]][request["region"]]
                backend.endpoints[request["name"]].endpoint_status = request["status"]
            case "rules":
                with _LOCK:
                    return 200, [rule.key for rule in _RULES]
            case _:
                return 404, {"error": f"no control at {path}"}
    except (KeyError, TypeError, ValueError) as error:
        return 400, {"error": repr(error)}
    return 200, {}
