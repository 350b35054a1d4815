#!/usr/bin/env python3
"""Compares every row that the API gives for a connection with the sandbox's ground truth.

    check.py --company ID --connection ID --account NAME [--source stripe] [--types a,b]

Addresses come from TRIBUTARY_SANDBOX and TRIBUTARY_API, the API's key from TRIBUTARY_API_KEY. Numbers are compared as exact
decimals, all members count but modifiedDate. What is gone at the vendor may be missing or marked as deleted. Exit code 1: something
differs. Tests import compare().
"""

import argparse
import base64
import json
import os
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from decimal import Decimal

PAGE_SIZE = 5000
SHOWN = 3  # differences a type

# Where the API has a type, when not under its own name.
API_PATHS = {
    "chartOfAccounts": "accounts",
    "company": "info",
    "balanceSheet": "financials/balanceSheet",
    "profitAndLoss": "financials/profitAndLoss",
    "cashFlowStatement": "financials/cashFlowStatement",
    "commerce-companyInfo": "commerce-info",
}
# One object without an id instead of a list.
SINGLE = {"company", "balanceSheet", "profitAndLoss", "cashFlowStatement", "commerce-companyInfo"}
# Read from a connection; all other types of accounting are read from the company. So are commerce and banking.
BY_CONNECTION = {"bankAccounts", "accountTransactions", "directCosts", "directIncomes", "transfers", "itemReceipts"}


@dataclass
class Result:
    """What became of one data type's rows."""

    data_type: str
    rows: int = 0
    equal: int = 0
    different: list = field(default_factory=list)  # (id, first difference)
    missing: list = field(default_factory=list)  # ids that the truth has alone
    extra: list = field(default_factory=list)  # ids that the API has alone

    @property
    def fine(self):
        return not (self.different or self.missing or self.extra)


def fetch(url, key=None):
    """The JSON at `url`, numbers as Decimal; None when the API says that there is nothing."""
    request = urllib.request.Request(url)
    if key:
        request.add_header("Authorization", "Basic " + base64.b64encode(key.encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=120) as response:
            body = response.read()
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise SystemExit(f"check: GET {url}: {error.code} {error.read(300).decode(errors='replace')}") from error
    return json.loads(body, parse_float=Decimal, parse_int=Decimal) if body else None


def fetch_rows(api, key, company, connection, data_type):
    """All rows of a type by id; the single object under the only id there is, ""."""
    path = API_PATHS.get(data_type, data_type)
    by_connection = data_type in BY_CONNECTION or data_type.startswith(("commerce-", "banking-"))
    owner = f"companies/{company}/connections/{connection}" if by_connection else f"companies/{company}"
    base = f"{api}/{owner}/data/{path}"
    if data_type in SINGLE:
        row = fetch(base, key)
        return {"": row} if row else {}
    rows, page = {}, 1
    while True:
        answer = fetch(f"{base}?page={page}&pageSize={PAGE_SIZE}", key)
        results = answer["results"] if answer else []
        for row in results:
            if row["id"] in rows:
                raise SystemExit(f"check: {data_type} {row['id']} came twice from the API")
            rows[row["id"]] = row
        if len(results) < PAGE_SIZE:
            break
        page += 1
    if answer and len(rows) != answer["totalResults"]:
        raise SystemExit(f"check: {data_type}: {len(rows)} rows, but totalResults is {answer['totalResults']}")
    return rows


def difference(truth, row, path=""):
    """The first place where two values differ, as text; None when they are the same."""
    if isinstance(truth, dict) and isinstance(row, dict):
        for name in sorted((truth.keys() | row.keys()) - {"modifiedDate"}):
            if name not in row or name not in truth:
                where, value = ("truth", truth[name]) if name in truth else ("row", row[name])
                return f"{path}.{name}: only in the {where}: {value!r}"
            found = difference(truth[name], row[name], f"{path}.{name}")
            if found:
                return found
        return None
    if isinstance(truth, list) and isinstance(row, list):
        if len(truth) != len(row):
            return f"{path}: {len(truth)} entries in the truth, {len(row)} in the row"
        pairs = (difference(t, r, f"{path}[{i}]") for i, (t, r) in enumerate(zip(truth, row)))
        return next((found for found in pairs if found), None)
    same = type(truth) is type(row) and truth == row  # True is no 1
    return None if same else f"{path}: truth {truth!r}, row {row!r}"


def is_deleted(row):
    return row.get("metadata", {}).get("isDeleted", False)


def compare_type(data_type, truth, rows, deleted=()):
    result = Result(data_type, rows=len(rows))
    if data_type in SINGLE:
        truth = {"": value for value in truth.values()}
        rows = {key: {name: v for name, v in row.items() if name != "id"} for key, row in rows.items()}
    for key, value in truth.items():
        if key not in rows:
            result.missing.append(key)
            continue
        found = difference(value, rows[key])
        if found:
            result.different.append((key, found))
        else:
            result.equal += 1
    gone = set(deleted)
    result.extra = [key for key in rows if key not in truth and not (key in gone and is_deleted(rows[key]))]
    return result


def compare(company, connection, account, types=None, api=None, sandbox=None, key=None, source="stripe"):
    """One Result a data type, for all types of the truth or those named."""
    api = api or os.environ["TRIBUTARY_API"]
    sandbox = sandbox or os.environ["TRIBUTARY_SANDBOX"]
    key = key or os.environ.get("TRIBUTARY_API_KEY")
    truth = fetch(f"{sandbox}/control/{source}/{account}/truth")
    if truth is None:
        raise SystemExit(f"check: the sandbox has no account '{account}'")
    deleted = truth.pop("deleted")
    unknown = set(types or ()) - truth.keys()
    if unknown:
        raise SystemExit(f"check: no such type: {', '.join(sorted(unknown))}")
    return [
        compare_type(data_type, truth[data_type], fetch_rows(api, key, company, connection, data_type), deleted.get(data_type, ()))
        for data_type in types or truth
    ]


def report(results, out=sys.stdout):
    """Prints the first differences and the table; True when all is fine."""
    for result in results:
        for key, found in result.different[:SHOWN]:
            print(f"{result.data_type} {key}{found}", file=out)
        for word, keys in (("missing", result.missing), ("extra", result.extra)):
            for key in keys[:SHOWN]:
                print(f"{result.data_type} {key}: {word}", file=out)
    print(f"{'type':<26} {'rows':>7} {'equal':>7} {'different':>9} {'missing':>7} {'extra':>7}", file=out)
    for r in results:
        counts = (len(r.different), len(r.missing), len(r.extra))
        print(f"{r.data_type:<26} {r.rows:>7} {r.equal:>7} {counts[0]:>9} {counts[1]:>7} {counts[2]:>7}", file=out)
    return all(result.fine for result in results)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--company", required=True)
    parser.add_argument("--connection", required=True)
    parser.add_argument("--account", required=True, help="the sandbox account's name")
    parser.add_argument("--source", default="stripe", help="the vendor: stripe, quickbooks or xero; default: stripe")
    parser.add_argument("--types", help="comma-separated data types; default: all")
    arguments = parser.parse_args()
    for name in ("TRIBUTARY_SANDBOX", "TRIBUTARY_API"):
        if name not in os.environ:
            parser.error(f"{name} is not set: eval \"$(tributary env)\" sets it")
    types = arguments.types.split(",") if arguments.types else None
    results = compare(arguments.company, arguments.connection, arguments.account, types, source=arguments.source)
    sys.exit(0 if report(results) else 1)


if __name__ == "__main__":
    main()
