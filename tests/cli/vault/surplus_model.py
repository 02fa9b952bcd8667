#!/usr/bin/env python3
"""Two machines that let go of copies of one shard, in every order of their steps.

The rule is that of docs/formats/vault.md ("Surplus copies"), written anew from there and not from varve's source:
a writer removes only what it alone brought to a holder, as far as it knows, and only if as many copies as the policy
wants, of higher rank, show a leaf at that moment; first a drop, then the removal. Each machine learns the
other's records only when it connects, and then as many of them as the holders that it reaches happen to have; it does
not reach all holders; it may be killed, or held up, between any two steps. What is checked after every step: so many
copies as the policy wants are there.

usage: surplus_model.py [--rule RULE] [--policy N] [--holders N] [--records N]
RULE is rank (the rule), or what is known to be wrong: any (copies of any rank count).
"""
import argparse
import sys

DROP, PLACE = range(2)


class Model:
    def __init__(self, rule, policy, holders, most):
        self.rule, self.policy, self.most, self.holders = rule, policy, most, range(holders)
        # The holders' bytes; of each machine its log, how much of the other's it has read, and its current step.
        self.firsts = []
        for mine in range(1, 1 << holders):
            for theirs in range(1 << holders):
                logs = [tuple((PLACE, h) for h in self.holders if bits >> h & 1) for bits in (mine, theirs)]
                held = frozenset(h for log in logs for _, h in log)
                if len(held) >= policy:
                    self.firsts.append((held, ((logs[0], 0, None), (logs[1], 0, None))))

    @staticmethod
    def brought(log):
        """Where this log's copies are, as it says itself."""
        out = set()
        for kind, holder in log:
            out = out | {holder} if kind == PLACE else out - {holder}
        return out

    def steps(self, state):
        held, machines = state
        for me in (0, 1):
            log, known, doing = machines[me]
            other = machines[1 - me][0]

            def to(log=log, known=known, doing=None, held=held):
                mine = (log, known, doing)
                return held, (mine, machines[1]) if me == 0 else (machines[0], mine)

            if doing:
                yield "killed", to()
                what, holder = doing
                if what == "remove":
                    yield "remove %d" % holder, to(held=held - {holder})
                else:
                    yield "put %d" % holder, to(log=log + ((PLACE, holder),), held=held | {holder})
                continue
            for n in range(known + 1, len(other) + 1):
                yield "connect", to(known=n)
            if len(log) >= self.most + len(self.holders):
                continue
            theirs = {h for kind, h in other[:known] if kind == PLACE}
            counted = self.brought(log) | self.brought(other[:known])
            shown = counted & held
            for h in self.holders:
                if h in {p for kind, p in log if kind == PLACE} - theirs:
                    better = [x for x in shown if x != h and (x < h or self.rule == "any")]
                    # Of those that it reaches: any number of them.
                    if len(better) >= self.policy:
                        yield "drop %d" % h, to(log=log + ((DROP, h),) if h in counted else log, doing=("remove", h))
                if h not in counted and len(counted) <= self.policy:
                    yield "place %d" % h, to(doing=("put", h))

    def run(self):
        before = dict.fromkeys(self.firsts)
        todo = self.firsts
        while todo:
            later = []
            for state in todo:
                for name, after in self.steps(state):
                    if after in before:
                        continue
                    before[after] = (state, name)
                    if len(after[0]) < self.policy:
                        path = []
                        while before[after]:
                            after, name = before[after]
                            path.append(name)
                        return len(before), "fewer copies than the policy wants: %s" % ", ".join(reversed(path))
                    later.append(after)
            todo = later
        return len(before), None


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--rule", choices=("rank", "any"), default="rank")
    p.add_argument("--policy", type=int, default=1)
    p.add_argument("--holders", type=int, default=3)
    p.add_argument("--records", type=int, default=1)
    o = p.parse_args()
    states, fault = Model(o.rule, o.policy, o.holders, o.records).run()
    print("%d states: %s" % (states, fault or "never fewer than %d" % o.policy))
    return 1 if fault else 0


if __name__ == "__main__":
    sys.exit(main())
