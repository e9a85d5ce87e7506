#!/usr/bin/env python3
"""Asks buf for its WIRE opinion of our Protobuf vectors and compares it with the policy WIRE.

`scripts/test` runs it with the buf of tests/outside/buf. By hand, from the root of the project:

    cargo run -q -p chancery-engine --example proto_policy -- WIRE crates/engine/tests/vectors/protobuf.json \\
        | tests/outside/buf_wire.py PATH/TO/buf [--write]

The example prints one JSON line a BACKWARD vector without references: {name, old, new, breaks}.
Vectors that buf cannot compile are counted and left out. Every disagreement must stand in the table at the
end of docs/buf-differences.md, and every entry of the table must be a disagreement: the script fails on a
new one and on one that is gone. With --write it writes the table anew, for review: a line that none of the
cases on that page explains is a defect, not a difference.
"""

import difflib
import json
import pathlib
import subprocess
import sys
import tempfile

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "buf-differences.md"
MARK = "<!-- Everything below is written by tests/outside/buf_wire.py --write -->"
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


def codes(ids):
    return ", ".join(f"`{rule}`" for rule in sorted(ids)) or "allowed"


def table(buf):
    """The generated part of the page."""
    agreed, skipped, rows = 0, 0, []
    with tempfile.TemporaryDirectory() as folder:
        for line in sys.stdin:
            vector = json.loads(line)
            theirs = opinion(buf, pathlib.Path(folder), vector["old"], vector["new"])
            ours = set(vector["breaks"])
            if theirs is None:
                skipped += 1
            elif bool(theirs) == bool(ours):
                agreed += 1
            else:
                rows.append(f"| {vector['name']} | {codes(theirs)} | {codes(ours)} |")
    if not agreed:
        sys.exit("buf agreed with nothing: is it the right program, and did the vectors arrive?")
    counts = f"{agreed} vectors agree, {len(rows)} differ, buf does not compile {skipped}."
    return "\n".join([MARK, "", counts, "", "| vector | buf | here |", "|---|---|---|", *sorted(rows), ""])


def main():
    buf = str(pathlib.Path(sys.argv[1]).resolve())
    found = table(buf)
    page = PAGE.read_text()
    written, mark, known = page.partition(MARK)
    if "--write" in sys.argv[2:]:
        PAGE.write_text(written + found)
    elif mark + known != found:
        difference = difflib.unified_diff((mark + known).splitlines(), found.splitlines(), "documented", "found", lineterm="")
        print("\n".join(difference))
        print(f"{PAGE.name} is not what buf says now; explain what is new there, then write the table with --write")
        return 1
    print(found.splitlines()[2])
    return 0


if __name__ == "__main__":
    sys.exit(main())
