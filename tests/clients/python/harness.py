"""Runs functions named ``check_*`` against the registry at CHANCERY_URL and counts them."""

import os
import sys
import traceback
import uuid

URL = os.environ.get("CHANCERY_URL", "http://127.0.0.1:8081")


def fresh(name):
    """A name that no other check uses."""
    return "%s-%s" % (name, uuid.uuid4().hex[:8])


def equal(found, expected):
    assert found == expected, "expected %r, found %r" % (expected, found)


def refused(call, status, code=None):
    """The call must fail with this HTTP status and error code."""
    try:
        result = call()
    except Exception as error:  # each client has its own exception type
        found = getattr(error, "http_status_code", None)
        equal(found, status)
        if code is not None:
            equal(error.error_code, code)
        return error
    raise AssertionError("expected HTTP %d, got %r" % (status, result))


def run(module):
    checks = [(name, f) for name, f in vars(module).items() if name.startswith("check_") and callable(f)]
    failed = 0
    for name, check in checks:
        try:
            check()
        except Exception:
            failed += 1
            print("FAIL %s" % name)
            traceback.print_exc()
    print("%s: %d passed, %d failed" % (os.path.basename(module.__file__), len(checks) - failed, failed))
    sys.exit(1 if failed else 0)
