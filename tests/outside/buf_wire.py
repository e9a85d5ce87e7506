#!/usr/bin/env python3
"""Asks buf for its WIRE opinion of our Protobuf vectors and compares it with the policy WIRE.

Run by hand:

    npm install --prefix /tmp/buf @bufbuild/buf
    cargo run -q -p chancery-engine --example proto_policy -- WIRE crates/engine/tests/vectors/protobuf.json \\
        | tests/outside/buf_wire.py /tmp/buf/node_modules/.bin/buf

The example prints one JSON line a BACKWARD vector without references: {name, old, new, breaks}.
Vectors that buf cannot compile are counted and left out. Every disagreement must be of a kind listed in
docs/buf-differences.md; the script fails on any other.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

# buf rule -> why we decide otherwise (docs/buf-differences.md has the long form)
LISTED_BUF_ONLY = {
    "FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED",
    "ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED",
    "FIELD_WIRE_COMPATIBLE_CARDINALITY",
    "FIELD_WIRE_COMPATIBLE_TYPE",
    "FIELD_SAME_ONEOF",
    "MESSAGE_SAME_REQUIRED_FIELDS",
    "RESERVED_MESSAGE_NO_DELETE",
    "RESERVED_ENUM_NO_DELETE",
}
LISTED_OURS_ONLY = {
    "proto/message-removed",
    "proto/field-kind-changed",
    "proto/fields-moved-to-oneof",
    "proto/field-moved-to-existing-oneof",
    "proto/required-field-added",
    "proto/field-message-type-changed",
    "proto/field-scalar-kind-changed",
    "proto/group-and-field-swapped",
}
CONFIG = "version: v2\nbreaking:\n  use:\n    - WIRE\n"


def opinion(buf, folder, old, new):
    """The ids of the broken WIRE rules, or None when buf cannot compile a side."""
    for name, text in (("old", old), ("new", new)):
        side = folder / name
        side.mkdir(exist_ok=True)
        (side / "buf.yaml").write_text(CONFIG)
        (side / "schema.proto").write_text(text)
    command = [buf, "breaking", "new", "--against", "old", "--error-format", "json"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    if run.returncode not in (0, 100):
        return None
    lines = [json.loads(line) for line in run.stdout.splitlines() if line.strip()]
    types = {line.get("type", "") for line in lines}
    return None if "COMPILE" in types else types


def main():
    buf = str(pathlib.Path(sys.argv[1]).resolve())
    agreed = listed = skipped = 0
    unlisted = []
    with tempfile.TemporaryDirectory() as folder:
        for line in sys.stdin:
            vector = json.loads(line)
            theirs = opinion(buf, pathlib.Path(folder), vector["old"], vector["new"])
            ours = set(vector["breaks"])
            if theirs is None:
                skipped += 1
            elif bool(theirs) == bool(ours):
                agreed += 1
            elif theirs <= LISTED_BUF_ONLY and ours <= LISTED_OURS_ONLY:
                listed += 1
                print(f"listed: {vector['name']}: buf {sorted(theirs)}, ours {sorted(ours)}")
            else:
                unlisted.append(f"{vector['name']}: buf {sorted(theirs)}, ours {sorted(ours)}")
    print(f"{agreed} agree, {listed} differ as listed, {skipped} not compiled by buf")
    for problem in unlisted:
        print(f"not listed: {problem}")
    return 1 if unlisted or not agreed else 0


if __name__ == "__main__":
    sys.exit(main())
