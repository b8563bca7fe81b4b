"""What ministack's CloudFormation answers otherwise than AWS, and deployments depend on."""

import re
from urllib.parse import urlparse

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudformation
from ministack.services.cloudformation import changesets, handlers, helpers
from ministack.services.cloudformation.helpers import _error, _p

# The states in which a stack takes an update.
UPDATABLE = {
    "CREATE_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_FAILED",
    "UPDATE_ROLLBACK_COMPLETE",
}

# What CreateChangeSet answered, by its token.
_ANSWERS = {}

_by_ministack = handlers._describe_stacks

# The change set that a stack was last made or updated by.
_LAST_EXECUTED = {}


def _create_change_set(params):
    stack = handlers._resolve_stack(_p(params, "StackName"))
    if stack:
        # By its ARN, ministack would not find the change sets that it has.
        params = {**params, "StackName": [stack["StackName"]]}
    name, change_set = _p(params, "StackName"), _p(params, "ChangeSetName")
    token = _p(params, "ClientToken")
    key = (get_account_id(), get_region(), name, change_set, token)
    if token and key in _ANSWERS and changesets._find_change_set(change_set, name)[1]:
        return _ANSWERS[key]
    status = stack["StackStatus"] if stack else "DELETE_COMPLETE"
    kind = _p(params, "ChangeSetType", "UPDATE")
    if kind == "CREATE" and status not in ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS"):
        return _error(
            "ValidationError",
            f"Stack [{name}] already exists and cannot be created again with the changeSet "
            f"[{change_set}].",
        )
    if kind == "UPDATE" and status not in UPDATABLE | {"DELETE_COMPLETE"}:
        return _error(
            "ValidationError",
            f"Stack:{stack['StackId']} is in {status} state and can not be updated.",
        )
    answer = changesets._create_change_set(params)
    if status == "REVIEW_IN_PROGRESS":
        answer = _same_shell(stack, answer)
    if token and answer[0] == 200:
        _ANSWERS[key] = answer
    return answer


def _same_shell(shell, answer):
    """A second change set for a stack that is not made yet belongs to the same stack."""
    name, stack_id = shell["StackName"], shell["StackId"]
    made = cloudformation._stacks.get(name)
    if answer[0] != 200:
        cloudformation._stacks[name] = shell
        return answer
    other = made["StackId"]
    made["StackId"] = stack_id
    cloudformation._stack_events.pop(other, None)
    for change_set in cloudformation._change_sets.values():
        if change_set["StackId"] == other:
            change_set["StackId"] = stack_id
    status, headers, body = answer
    return status, headers, body.replace(other.encode(), stack_id.encode())


def _execute_change_set(params):
    token = _p(params, "ClientRequestToken")
    _, change_set = changesets._find_change_set(_p(params, "ChangeSetName"), _p(params, "StackName"))
    if change_set and token and change_set.get("_executed_by") == token:
        return helpers._xml(200, "ExecuteChangeSetResponse", "<ExecuteChangeSetResult/>")
    answer = changesets._execute_change_set(params)
    if answer[0] == 200:
        change_set["_executed_by"] = token
        _LAST_EXECUTED[change_set["StackId"]] = change_set["ChangeSetId"]
    return answer


def _describe_stacks(params):
    status, headers, body = _by_ministack(params)

    def with_change_set(found):
        change_set = _LAST_EXECUTED.get(found[1].decode())
        element = f"<ChangeSetId>{change_set}</ChangeSetId>" if change_set else ""
        return found[0] + element.encode()

    return status, headers, re.sub(rb"<StackId>(.*?)</StackId>", with_change_set, body)


def _list_change_sets(params):
    stack = handlers._resolve_stack(_p(params, "StackName"))
    if stack is None or stack["StackStatus"] == "DELETE_COMPLETE":
        return _error("ValidationError", f"Stack [{_p(params, 'StackName')}] does not exist")
    return changesets._list_change_sets({**params, "StackName": [stack["StackName"]]})


def install():
    """Changes ministack, once, before its first request."""
    handlers._ACTION_HANDLERS.update(
        CreateChangeSet=_create_change_set,
        DescribeStacks=_describe_stacks,
        ExecuteChangeSet=_execute_change_set,
        ListChangeSets=_list_change_sets,
    )
    handlers._capabilities_enforced = lambda: True

    by_path = helpers._resolve_document

    def document(params, body_key, url_key, label):
        url = urlparse(_p(params, url_key))
        bucket, _, host = url.netloc.partition(".s3.")
        if host.partition(".amazonaws.com")[1]:
            params = {**params, url_key: [f"https://s3.{host}/{bucket}{url.path}"]}
        return by_path(params, body_key, url_key, label)

    helpers._resolve_document = document
