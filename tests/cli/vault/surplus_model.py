#!/usr/bin/env python3
"""Two machines that let go of copies of one shard, in every order of their steps.

The rule is that of docs/formats/vault.md ("Surplus copies"), written anew from there and not from varve's source:
a drop, then a vault record of the other writer that follows it, then the removal, then a second drop that says that it is
done. Each machine learns the other's records only when it connects, and then as many of them as the
holders that it reaches happen to have; it may be killed between any two steps; it may choose any copies to stay. What
is checked after every step: so many copies as the policy wants are there, and neither machine counts one
that is not.

usage: surplus_model.py [--rule RULE] [--policy N] [--holders N] [--records N]
RULE is ack (the rule), or what is known to be wrong: none (remove at once), place (others may bring a copy back where
one is being let go of).
"""
import argparse
import sys

DROP, RECEIPT, VAULT = range(3)


def copies(log_a, log_b):
    """What records say, in the order of their times: {holder: counts}, {holder: authors who let go of it}."""
    records = sorted((time, who, n, kind, holder)
                     for who, log in enumerate((log_a, log_b))
                     for n, (kind, holder, time) in enumerate(log))
    counts, going = {}, {}
    for time, who, _, kind, holder in records:
        if kind == RECEIPT:
            counts[holder] = time
            going[holder] = frozenset()
        elif kind == DROP and counts.get(holder, 0) <= time:
            counts.pop(holder, None)
            going[holder] = going.get(holder, frozenset()) ^ {who}
    return set(counts), going


class Model:
    def __init__(self, rule, policy, holders, most, clocks):
        self.rule, self.policy, self.most, self.clocks = rule, policy, most, clocks
        # The holders' bytes; of each machine its log, how much of the other's it knows, and what it is at.
        everywhere = tuple((RECEIPT, h, 1) for h in range(holders))
        self.first = (frozenset(range(holders)), ((everywhere, 0, None), ((), len(everywhere), None)))

    def view(self, state, me):
        machines = state[1]
        log, known, _ = machines[me]
        other = machines[1 - me][0][:known]
        return copies(log, other) if me == 0 else copies(other, log)

    def wrong(self, state):
        held = state[0]
        if len(held) < self.policy:
            return "fewer copies than the policy wants"
        for me in (0, 1):
            if not self.view(state, me)[0] <= held:
                return "machine %d counts a copy that is gone" % me
        return None

    def followed(self, state, me, holder):
        """Did the other machine write a vault record that follows my last drop at this holder?"""
        if self.rule == "none":
            return True
        log, known, _ = state[1][me]
        last = max(n for n, r in enumerate(log) if r[0] == DROP and r[1] == holder)
        return any(r[0] == VAULT and r[1] > last for r in state[1][1 - me][0][:known])

    def steps(self, state):
        held, machines = state
        for me in (0, 1):
            log, known, doing = machines[me]
            other = machines[1 - me][0]

            def to(log=log, known=known, doing=None, held=held):
                mine = (log, known, doing)
                return held, (mine, machines[1]) if me == 0 else (machines[0], mine)

            def write(kind, holder, **more):
                seen = [r[2] for r in log]
                theirs = [r[2] + 1 for r in other[:known]]
                time = max([self.clocks[me]] + seen + theirs)
                return to(log=log + ((kind, holder, time),), **more)

            room = len(log) < self.most + (len(machines[0][0]) and (3 if me == 0 else 0))
            if doing:
                yield "killed", to()
                what, holder = doing
                if what == "remove":
                    yield "remove %d" % holder, to(doing=("done", holder), held=held - {holder})
                elif what == "done":
                    yield "done %d" % holder, write(DROP, holder)
                elif what == "put":
                    yield "put %d" % holder, to(doing=("receipt", holder), held=held | {holder})
                elif what == "receipt":
                    yield "receipt %d" % holder, write(RECEIPT, holder)
                continue
            for n in range(known + 1, len(other) + 1):
                yield "connect", to(known=n)
            if not room:
                continue
            counts, going = self.view(state, me)
            there = counts & held
            if not log or log[-1][:2] != (VAULT, known):
                yield "vault record", write(VAULT, known)
            for h in range(len(self.first[0])):
                mine = me in going.get(h, ())
                others = (1 - me) in going.get(h, ())
                if h in there and len(there) > self.policy:
                    yield "drop %d" % h, write(DROP, h)
                if mine and h not in counts and h in held and len(there) >= self.policy and \
                        self.followed(state, me, h):
                    yield "decide %d" % h, to(doing=("remove", h))
                if mine and h not in counts and h not in held:
                    yield "was gone %d" % h, write(DROP, h)
                if h not in counts and (not others or self.rule == "place"):
                    yield "place %d" % h, to(doing=("put", h))

    def run(self):
        before = {self.first: None}
        todo = [self.first]
        while todo:
            later = []
            for state in todo:
                for name, after in self.steps(state):
                    if after in before:
                        continue
                    before[after] = (state, name)
                    fault = self.wrong(after)
                    if fault:
                        path = []
                        while before[after]:
                            after, name = before[after]
                            path.append(name)
                        return len(before), "%s: %s" % (fault, ", ".join(reversed(path)))
                    later.append(after)
            todo = later
        return len(before), None


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--rule", choices=("ack", "none", "place"), default="ack")
    p.add_argument("--policy", type=int, default=1)
    p.add_argument("--holders", type=int, default=2)
    p.add_argument("--records", type=int, default=4)
    o = p.parse_args()
    for clocks in ((1, 1), (1, 9), (9, 1)):
        states, fault = Model(o.rule, o.policy, o.holders, o.records, clocks).run()
        print("clocks %d and %d: %d states: %s" % (*clocks, states, fault or "never fewer than %d" % o.policy))
        if fault:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
