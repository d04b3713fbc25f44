"""What is wrong with SARIF files: by the official schema, or by what the Multitool wrote about them.

    check.py schema SCHEMA FILE...
    check.py multitool LOG FILE...

Run by .ci/sarif. Ends with 1 when something is wrong, and prints how much was looked at.
"""

import json
import sys
from collections import Counter
from pathlib import Path

# Warnings of the Multitool that we live with, and why. An entry that is no longer needed is an error too.
ARGUED: dict[str, str] = {}


def read(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def by_schema(schema_path, files):
    import jsonschema

    schema = read(schema_path)
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    # All formats that there are: the schema's own draft does not know `uri-reference`, and the schema uses it.
    formats = jsonschema.FormatChecker()
    # Without its libraries the checker passes everything, so it has to show first that it can refuse.
    for name, wrong in [("uri", "no uri"), ("uri-reference", "a b"), ("date-time", "yesterday")]:
        if formats.conforms(wrong, name):
            raise SystemExit(f"format {name} is not enforced")
    validator = kind(schema, format_checker=formats)
    complaints = []
    for file in files:
        log = read(file)
        complaints += [f"{Path(file).name} {error.json_path}: {error.message[:200]}" for error in validator.iter_errors(log)]
    return complaints


def by_multitool(log_path, files):
    run = read(log_path)["runs"][0]
    complaints = []
    seen = Counter()
    for result in run["results"]:
        rule, level = result["ruleId"].split("/")[0], result.get("level", "warning")
        seen[rule] += 1
        if level == "error" or rule not in ARGUED:
            said = result["message"].get("text") or " ".join(result["message"].get("arguments", []))
            place = result["locations"][0]["physicalLocation"]
            complaints.append(f"{Path(place['artifactLocation'].get('uri', '')).name} {level} {rule}: {said[:300]}")
    complaints += [f"{rule} is argued and never seen" for rule in ARGUED if not seen[rule]]
    # A tool that failed itself has found nothing wrong either.
    for invocation in run.get("invocations", []):
        for note in invocation.get("toolExecutionNotifications", []):
            if note.get("level") == "error":
                complaints.append(f"Multitool: {note['message'].get('text')}")
    return complaints


def main():
    what, reference, *files = sys.argv[1:]
    complaints = {"schema": by_schema, "multitool": by_multitool}[what](reference, files)
    for complaint in complaints[:40]:
        print(f"FAILED {complaint}", file=sys.stderr)
    print(f"sarif, {what}: {len(files)} files, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
