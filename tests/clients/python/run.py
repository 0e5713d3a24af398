"""Puts one Python package's own verdicts beside those its documentation promises.

    python run.py NAME < site.json

NAME is a module of verifiers/. site.json: collector, hostname, sitekey, secret, wrong_secret, tokens (two, fresh).
Prints one JSON object. Knows no collector but by its address.
"""

import importlib
import importlib.metadata
import json
import multiprocessing
import os
import sys
import tempfile
from pathlib import Path

import tls

# Of the shape that tokens have, and none.
WRONG_TOKEN = "A" * 43


def verdicts(name, site, secret, tokens):
    """What the package says of each token; in a process of its own, because most keep their settings for ever."""
    module = importlib.import_module(f"verifiers.{name}")
    verify = module.verifier({**site, "secret": secret})
    return [verify(token) for token in tokens]


def main():
    name = sys.argv[1]
    site = json.load(sys.stdin)
    module = importlib.import_module(f"verifiers.{name}")
    first, second = site.pop("tokens")
    with tempfile.TemporaryDirectory() as folder:
        if getattr(module, "HTTPS", False):
            authority = Path(folder) / "authority.pem"
            site["tls"] = tls.serve(site["collector"], authority)
            # Read by OpenSSL and by requests in the processes that follow.
            os.environ["SSL_CERT_FILE"] = os.environ["REQUESTS_CA_BUNDLE"] = str(authority)
        with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
            # The wrong secret comes first: it must not use the token up.
            [wrong_secret] = pool.apply(verdicts, (name, site, site["wrong_secret"], [second]))
            tokens = [first, first, second, WRONG_TOKEN, None]
            success, duplicate, other, wrong_token, missing = pool.apply(verdicts, (name, site, site["secret"], tokens))
    got = {
        "success": success,
        "duplicate": duplicate,
        "wrong token": wrong_token,
        "missing response": missing,
        "wrong secret": wrong_secret,
        "success after a wrong secret": other,
    }
    expected = {**module.EXPECTED, "success after a wrong secret": module.EXPECTED["success"]}
    checks = [{"case": case, "expected": expected[case], "got": got[case]} for case in got]
    print(json.dumps({"client": module.PACKAGE, "version": importlib.metadata.version(module.PACKAGE), "checks": checks}))


if __name__ == "__main__":
    main()
