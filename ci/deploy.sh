#!/bin/sh
# Deploys the stages of this project from any CI: the same steps as .github/workflows/deploy.yml.
#
#   ci/deploy.sh diff BASE [FILE]      what a change means, as Markdown for one comment on the pull
#                                      request; needs no credentials. BASE is a git revision.
#   ci/deploy.sh plan STAGE PLAN       makes the change sets of a stage and writes the plan file PLAN,
#                                      which the apply step has to get as it is; executes nothing.
#   ci/deploy.sh digest PLAN           prints the digest that an approval of the plan is for.
#   ci/deploy.sh apply STAGE PLAN DIGEST
#                                      executes exactly that plan, follows it, verifies the endpoint.
#
# Run `diff` for a pull request, `plan` after the merge, let a person read the plan and approve its
# digest, and run `apply` with that digest. Let only one job at a time work on a stage, and never
# cancel one that applies: the deployment goes on without it, and
#   sageform events --stage STAGE --stack STACK --follow
# follows it again.
#
# The credentials are whatever the CI gives the job, best short-lived ones by OIDC: a role with the
# policy `Plan` for `plan`, and one with `Apply` for `apply`; `sageform permissions` prints them.
#
# SAGEFORM      the program; `sageform` without it. In a checkout with Rust: SAGEFORM="cargo run -q --"
# BUCKET        the bucket through which templates over 51,200 bytes go, if there are any
# ACKNOWLEDGED  what `apply` may replace or delete although it is protected: STACK/LOGICALID, with
#               spaces between
# CI_OUTPUT     a file to which `plan` appends `changes=true` or `changes=false`, and `digest=…`
#
# Exit codes are those of sageform, and this script adds none:
#    0  done, or nothing to do
#    1  findings, stale templates, or a mistake on the command line
#    3  the plan replaces or deletes something protected that is not in ACKNOWLEDGED
#   10  the change set failed and nothing was touched
#   11  the plan is stale: something moved since; plan again
#   12  the stack is busy: try again later
#   13  the approval is missing, or is for another plan
#   20  failed and rolled back: what served before still serves
#   21  failed and stuck: a person is needed
#   22  the stack is fine and the endpoint does not serve what was deployed: do not promote
#   30  contact was lost and the outcome is unknown: follow the events before anything else
#  130, 143  stopped by a signal: the deployment goes on
# Any of them but 0 has to stop the promotion to the next stage, as a failed job does.
set -eu

usage() {
  sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p;}' "$0" >&2
  exit 1
}

# Splitting SAGEFORM into words is wanted: it may be a command with arguments.
sageform() {
  # shellcheck disable=SC2086
  ${SAGEFORM:-sageform} "$@"
}

# Says what an exit code asks a person to do, and ends with it.
finish() {
  code=$1 stage=$2
  case $code in
    0) ;;
    3) say "name what may be replaced or deleted in ACKNOWLEDGED, or change the stage file" ;;
    10) say "nothing was touched; the change set's own reason is above" ;;
    11) say "something moved since the plan: run the plan of $stage again and approve the new digest" ;;
    12) say "another operation runs on a stack of $stage; run this step again when it is done" ;;
    13) say "the approved digest is not the plan's" ;;
    20) say "$stage failed and was rolled back; what served before still serves" ;;
    21) say "$stage is stuck; see: sageform status --stage $stage" ;;
    22) say "$stage does not serve what was deployed; nothing may be promoted; see: sageform status --stage $stage" ;;
    30) say "the outcome is unknown; see: sageform events --stage $stage --stack STACK --follow" ;;
    130 | 143) say "stopped; the deployment of $stage goes on" ;;
    *) say "sageform ended with $code" ;;
  esac
  exit "$code"
}

say() {
  printf '%s\n' "deploy.sh: $1" >&2
}

output() {
  if [ -n "${CI_OUTPUT:-}" ]; then
    printf '%s\n' "$1" >>"$CI_OUTPUT"
  fi
}

# What an approval is bound to: every byte of the plan file.
digest() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum <"$1" | cut -d ' ' -f 1
  else
    shasum -a 256 <"$1" | cut -d ' ' -f 1
  fi
}

case ${1:-} in
  diff)
    [ $# -ge 2 ] || usage
    sageform synth --check
    if [ $# -ge 3 ]; then
      sageform diff --base "$2" --format markdown >"$3"
    else
      sageform diff --base "$2" --format markdown
    fi
    ;;
  plan)
    [ $# -eq 3 ] || usage
    sageform synth --check
    code=0
    if [ -n "${BUCKET:-}" ]; then
      sageform plan --stage "$2" --out "$3" --detailed-exitcode --template-bucket "$BUCKET" || code=$?
    else
      sageform plan --stage "$2" --out "$3" --detailed-exitcode || code=$?
    fi
    case $code in
      0)
        say "$2: nothing to do"
        output changes=false
        ;;
      2 | 3)
        [ "$code" -eq 2 ] || say "$2: something protected is replaced or deleted; apply needs ACKNOWLEDGED"
        digest=$(digest "$3")
        say "$2: the digest of the plan is $digest"
        output changes=true
        output "digest=$digest"
        ;;
      *) finish "$code" "$2" ;;
    esac
    ;;
  digest)
    [ $# -eq 2 ] || usage
    digest "$2"
    ;;
  apply)
    [ $# -eq 4 ] || usage
    stage=$2 plan=$3 approved=$4
    set --
    for name in ${ACKNOWLEDGED:-}; do
      set -- "$@" --allow-replacement "$name"
    done
    code=0
    sageform apply "$plan" --stage "$stage" --approve "$approved" --yes "$@" || code=$?
    finish "$code" "$stage"
    ;;
  *) usage ;;
esac
