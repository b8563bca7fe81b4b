"""Run cfn-lint, cloudformation-validate and checkov over the committed templates.

See README.md beside this file for what fails and how a finding is explained.
"""

import fnmatch
import importlib.metadata
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
KEYS = ["tool", "rule", "template", "resource", "reason"]


def templates():
    """The committed templates, by path relative to the root."""
    found = [*ROOT.glob("templates/**/*.template.json"), *ROOT.glob("tests/cases/**/*.template.json")]
    names = [path.relative_to(ROOT) for path in found]
    # An `in` folder holds what a test starts from, good or bad.
    return sorted(name.as_posix() for name in names if "in" not in name.parts)


def explanations():
    """The findings that are explained."""
    entries = json.loads((HERE / "explained.json").read_text(encoding="utf-8"))
    for entry in entries:
        if sorted(entry) != sorted(KEYS) or not entry["reason"].strip():
            sys.exit(f"explained.json: expected {', '.join(KEYS)} with a reason, got {entry}")
    return entries


def cfn_lint(names):
    """The errors and warnings of cfn-lint."""
    program = pathlib.Path(sys.executable).parent / "cfn-lint"
    command = [str(program), "--format", "json", "--", *names]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        matches = json.loads(run.stdout or "[]")
    except json.JSONDecodeError:
        matches = None
    # Its exit code is a sum: 2 errors, 4 warnings, 8 information.
    if matches is None or run.returncode & 1 or (run.returncode and not matches):
        sys.exit(f"cfn-lint failed with {run.returncode}:\n{run.stdout}{run.stderr}")
    for match in matches:
        if match["Level"] == "Informational":
            continue
        path = match["Location"].get("Path") or []
        yield {
            "tool": "cfn-lint",
            "rule": match["Rule"]["Id"],
            "level": match["Level"].lower(),
            "template": match["Filename"],
            "resource": str(path[1]) if len(path) > 1 else "",
            "line": match["Location"]["Start"]["LineNumber"],
            "message": match["Message"],
        }


def cloudformation_validate(names):
    """The errors and warnings of cloudformation-validate."""
    from cloudformation_validate import RegoEngine, ReportStatus, Severity

    engine = RegoEngine()
    for name in names:
        report = engine.validate_template(str(ROOT / name))
        if report.status != ReportStatus.OK:
            sys.exit(f"cloudformation-validate did not finish with {name}: {report.status.name}")
        for found in report.diagnostics:
            if found.severity in (Severity.DEBUG, Severity.INFO):
                continue
            yield {
                "tool": "cloudformation-validate",
                "rule": found.rule_id,
                "level": found.severity.name.lower(),
                "template": name,
                "resource": found.entity.logical_id if found.entity else "",
                "line": found.start_line or 1,
                "message": found.message,
            }


def secured(name):
    """Whether a template has what checkov asks for: a key, a network, and isolation."""
    resources = json.loads((ROOT / name).read_text(encoding="utf-8"))["Resources"].values()

    properties = [
        resource["Properties"]
        for resource in resources
        if resource["Type"] in ("AWS::SageMaker::EndpointConfig", "AWS::SageMaker::Model")
    ]
    return (
        any("KmsKeyId" in one for one in properties)
        and any("VpcConfig" in one for one in properties)
        and any(one.get("EnableNetworkIsolation") is True for one in properties)
    )


def checkov(names):
    """What checkov fails, which has no levels."""
    program = pathlib.Path(sys.executable).parent / "checkov"
    command = [str(program), "--framework", "cloudformation", "--quiet", "--compact"]
    command += ["--output", "json", "--file", *names]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        report = json.loads(run.stdout)
        checks = report["results"]["failed_checks"]
        unread = report["summary"]["parsing_errors"]
    except (json.JSONDecodeError, KeyError, TypeError):
        sys.exit(f"checkov failed with {run.returncode}:\n{run.stdout}{run.stderr}")
    if unread:
        sys.exit(f"checkov cannot read {unread} of the templates: {', '.join(names)}")
    for check in checks:
        yield {
            "tool": "checkov",
            "rule": check["check_id"],
            "level": "failed",
            "template": check["file_path"].lstrip("/"),
            "resource": check["resource"].rpartition(".")[2],
            "line": check["file_line_range"][0],
            "message": check["check_name"],
        }


def explains(entry, finding):
    """Whether an entry is about a finding."""
    return (
        entry["tool"] == finding["tool"]
        and entry["rule"] == finding["rule"]
        and fnmatch.fnmatchcase(finding["template"], entry["template"])
        and fnmatch.fnmatchcase(finding["resource"], entry["resource"])
    )


def main():
    names = templates()
    if not names:
        sys.exit("no templates to check: expected some below `templates/`")
    demanding = [name for name in names if secured(name)]
    if not demanding:
        sys.exit("no template for checkov: expected one with a key, a network and isolation")
    entries = explanations()
    used = [False] * len(entries)
    unexplained = explained = 0
    for tool, findings, checked in [
        ("cfn-lint", cfn_lint(names), names),
        ("cloudformation-validate", cloudformation_validate(names), names),
        ("checkov", checkov(demanding), demanding),
    ]:
        count = 0
        for finding in findings:
            count += 1
            matching = [index for index, entry in enumerate(entries) if explains(entry, finding)]
            for index in matching:
                used[index] = True
            if matching:
                explained += 1
                continue
            unexplained += 1
            print("{template}:{line}: {level} {rule} of {tool}: {message} [{resource}]".format(**finding))
        version = importlib.metadata.version(tool)
        print(f"{tool} {version}: {len(checked)} templates checked, {count} errors and warnings")
    unused = [entry for entry, was_used in zip(entries, used) if not was_used]
    for entry in unused:
        print(f"explained.json: matches nothing any more, remove it: {json.dumps(entry)}")
    print(f"{unexplained} unexplained, {explained} explained, {len(unused)} explanations out of date")
    return 1 if unexplained or unused else 0


if __name__ == "__main__":
    sys.exit(main())
