#!/usr/bin/env python3
"""twins.py [--seed N] [--combinations N] [--seconds N] [--case N] [--only QUESTION]: the same data spelled otherwise.

Law 2: files that differ in how they are written and kept, and not in what they say, answer every question alike, and are twins
again after the same edit. tests/twins/promises.md lists what is promised; docs/develop/testing.md describes the run. The answers are those of
model.py, condition.py and sqlite3, which know nothing of varve. With --case N one case runs again, and its repository is kept.
"""
import argparse
import collections
import itertools
import os
import pathlib
import random
import sys
import time
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import batch
import cover
import known


def shown(case):
    return " ".join(f"{name}={value!r}" for name, value in case.c.items())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default=os.environ.get("VARVE_TEST_SEED") or os.environ.get("VARVE_TEST_SAMPLE") or str(random.SystemRandom().randrange(10**6)))
    parser.add_argument("--combinations", type=int, default=10**9)
    parser.add_argument("--first", type=int, default=0, help="the number of the first combination")
    parser.add_argument("--seconds", type=float, help="of CPU; no batch begins afterwards")
    parser.add_argument("--case", type=int, help="only this one; the folder with its repository is printed")
    parser.add_argument("--batch", type=int, default=24, help="so many tables in a repository")
    parser.add_argument("--share", type=float, default=1, help="of the questions, where many combinations matter more")
    parser.add_argument("--only", action="append", help="only this question (may be given again)")
    parser.add_argument("--all", action="store_true", help="print every failure, known ones too")
    parser.add_argument("--show", type=int, default=10, help="so many failures whole")
    parser.add_argument("--lie", help="the reference has other values in this column: what then passes does not look")
    args = parser.parse_args()
    warnings.simplefilter("ignore")  # what is kept as bytes is judged by the answers
    batch.LIE = args.lie
    began, cpu = time.time(), lambda: sum(os.times()[:4])
    print(f"seed {args.seed} (VARVE_TEST_SEED={args.seed} repeats it)", flush=True)
    stream = cover.combinations(random.Random(f"cover/{args.seed}"))
    failures, count, asked, found, tally, number = [], 0, 0, collections.Counter(), collections.Counter(), 0
    kinds = collections.defaultdict(list)
    if args.case is not None:
        chosen = {args.case: next(itertools.islice(stream, args.case, None))}
        done = batch.run(args.seed, [args.case], chosen, args.only, keep=batch.tempfile.mkdtemp(prefix="twins-"))
        print(shown(done.cases[0] if done.cases else done.failures[0].case))
        print(f"kept in {done.folder}")
        for f in done.failures:
            print(f"{f.what}: {f.words} [{known.number(f) or 'new'}]")
        return 1 if done.failures else 0
    for _ in range(args.first):
        next(stream)
    number = args.first
    while count < args.combinations and (args.seconds is None or cpu() < args.seconds):
        some = {number + i: c for i, c in enumerate(itertools.islice(stream, min(args.batch, args.combinations - count)))}
        done = batch.run(args.seed, list(some), some, args.only, share=args.share)
        number, count, asked = number + len(some), count + len(some), asked + done.asked
        tally.update(done.counts)
        for f in done.failures:
            fault = known.number(f)
            found[fault or "new"] += 1
            kinds[(fault or "new", f.what)].append(f)
            if not fault or args.all:
                failures.append(f)
                if len(failures) > args.show:
                    continue
                print(f"FAILED {f.what}, case {f.case.number}: {f.words[:300]}\n  {shown(f.case)}\n"
                      f"  {os.path.relpath(__file__)} --seed {args.seed} --case {f.case.number}", flush=True)
    print(f"{count} combinations, {asked} questions and edits, {sum(found.values())} failures "
          f"({', '.join(f'{n} {what}' for what, n in found.most_common()) or 'none'}), {time.time() - began:.0f} s, {cpu():.0f} s of CPU")
    for (fault, what), some in sorted(kinds.items(), key=lambda item: -len(item[1])):
        print(f"  {fault:8} {what:16} {len(some):6}  e.g. {some[0].case.number}: {some[0].words[:150]}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
