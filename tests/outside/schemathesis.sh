#!/usr/bin/env bash
# Holds a started server against openapi.yaml with generated requests (schemathesis), about two minutes at most.
#
# Part of scripts/test-clients. By hand, against a database that is thrown away afterwards:
#
#     CHANCERY_URL=http://127.0.0.1:8081 tests/outside/schemathesis.sh
#
# Whatever is sent, no answer is a 5xx, and every answer has a status, a content type and a body that the
# document describes. Left out: modes (a READONLY of everything would make the rest of the run idle), and
# /openapi.yaml itself (the tool reads a YAML answer as an object where the document says that it is text), and bare
# schema texts: a Protobuf text is sent under a JSON type, as the reference does, and is no JSON.
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${CHANCERY_URL:?the address of a started server}"

pinned=schemathesis==4.32.5
venv=.tools/schemathesis
if [ "$(cat "$venv/pinned" 2>/dev/null)" != "$pinned" ]; then
  python3 -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "$pinned"
  echo "$pinned" >"$venv/pinned"
fi

"$venv/bin/schemathesis" run openapi.yaml --url "$CHANCERY_URL" \
  --phases examples,coverage,fuzzing --max-examples 20 --max-time "${SECONDS_AT_MOST:-60}" --seed "${SEED:-1}" \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
  --exclude-path-regex '^/(mode|openapi\.yaml)|/schema$'
