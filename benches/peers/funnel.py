#!/usr/bin/env python3
"""The funnel of benches/report (2,000,000 cases, 10 million visits) in DuckDB, to stand beside `report/funnel`.

    pip install duckdb numpy pandas
    python3 benches/peers/funnel.py

The cases are made by the same arithmetic as in benches/report/made.rs. DuckDB gets them as tables that it holds in
memory; only its queries are timed. What it prints can be compared with what the bench prints for the same machine:

    cargo bench --all-features --bench ratios -- report/funnel
"""

import statistics
import sys
import time

import duckdb
import numpy as np
import pandas

CASES = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000
STAGES = 8


def mixed(number):
    with np.errstate(over="ignore"):
        z = number.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def made():
    number = np.arange(CASES, dtype=np.uint64)
    count = 1 + (mixed(number) % np.uint64(9)).astype(np.int64)
    outcome = (mixed(np.uint64(2 << 40) + number) % np.uint64(100)).astype(np.int64)
    reason = (mixed(np.uint64(3 << 40) + number) % np.uint64(12)).astype(np.int8)
    worth = mixed(np.uint64(4 << 40) + number)
    amount = (worth % np.uint64(100_000_000)).astype(np.int64)
    known = (worth % np.uint64(10)) > 0
    kind = np.select([outcome < 20, outcome < 45, outcome < 97], ["open", "won", "lost"], "void")
    stage = np.zeros(CASES, dtype=np.int64)
    last = np.zeros(CASES, dtype=np.int64)
    parts = []
    for nth in range(9):
        there = nth < count
        if nth > 0:
            step = (mixed(number * np.uint64(16) + np.uint64(nth)) % np.uint64(10)).astype(np.int64)
            stage = np.where(step <= 6, stage + 1, np.where(step == 7, stage + 2, np.maximum(stage - 1, 0)))
            stage = np.minimum(stage, STAGES - 1)
        last = np.where(there, stage, last)
        took = (mixed(np.uint64(1 << 40) + number * np.uint64(16) + np.uint64(nth)) % np.uint64(10_000_000_000)).astype(
            np.int64
        )
        ended = ~((kind == "open") & (nth == count - 1))
        parts.append((number[there], np.full(there.sum(), nth), stage[there], took[there], ended[there]))
    case, nth, stage, took, ended = (np.concatenate(it) for it in zip(*parts))
    order = np.lexsort((nth, case))
    visits = {"case_id": case[order], "stage": stage[order].astype(np.int8), "took": took[order], "ended": ended[order]}
    cases = {
        "case_id": number,
        "kind": kind,
        "last": last.astype(np.int8),
        "reason": reason,
        "amount": amount,
        "known": known,
    }
    return visits, cases


QUERIES = {
    "stages": """
        SELECT stage, count(*) AS visits, count(DISTINCT case_id) AS entered,
               median(took) FILTER (WHERE ended) AS median
        FROM visits GROUP BY stage ORDER BY stage""",
    "amounts of entered": """
        SELECT stage, sum(amount) FILTER (WHERE known) FROM (SELECT DISTINCT case_id, stage FROM visits)
        JOIN cases USING (case_id) GROUP BY stage ORDER BY stage""",
    "furthest": """
        SELECT furthest, kind = 'void', count(*), sum(amount) FILTER (WHERE known) FROM (
            SELECT case_id, max(stage) AS furthest FROM visits GROUP BY case_id) JOIN cases USING (case_id)
        GROUP BY ALL ORDER BY ALL""",
    "ended": """
        SELECT kind, CASE WHEN kind IN ('lost', 'open') THEN last END AS stage,
               CASE WHEN kind = 'lost' THEN reason END AS reason, count(*), sum(amount) FILTER (WHERE known)
        FROM cases GROUP BY ALL ORDER BY ALL""",
}


def main():
    visits, cases = made()
    db = duckdb.connect()
    for name, table in [("visits", visits), ("cases", cases)]:
        frame = pandas.DataFrame(table)
        db.register("frame", frame)
        db.execute(f"CREATE TABLE {name} AS SELECT * FROM frame")
        db.unregister("frame")
    print(f"duckdb {duckdb.__version__}: {len(cases['case_id'])} cases, {len(visits['case_id'])} visits")
    for threads in (1, 2):
        db.execute(f"SET threads = {threads}")
        samples = []
        for _ in range(7):
            start = time.perf_counter()
            for query in QUERIES.values():
                db.execute(query).fetchall()
            samples.append(time.perf_counter() - start)
        middle = statistics.median(samples)
        print(f"{threads} thread(s): median {middle:.2f} s ({min(samples):.2f} to {max(samples):.2f})")
    for row in db.execute(QUERIES["stages"]).fetchall():
        print(" ", row)


if __name__ == "__main__":
    main()
