#!/usr/bin/env python3
"""linearizability.py finds what is wrong with histories that are known to be bad, and nothing wrong with good ones."""
import random
import unittest

from linearizability import Keys, Operation, check, check_indexes

KEYS = ["a", "b"]
V1, V2 = ("1", "", 0), ("2", "", 0)


def op(invoked, returned, *call, result=True):
    return Operation(invoked, returned, call, result)


def killed(invoked, end, *call):
    return Operation(invoked, end, call, unknown=True)


def get(invoked, returned, key, content):
    return op(invoked, returned, "get", key, result=content)


class Histories(unittest.TestCase):
    def good(self, *history):
        check(KEYS, history)

    def bad(self, *history):
        with self.assertRaisesRegex(AssertionError, "no order"):
            check(KEYS, history)

    def test_old_value_after_the_new_one(self):
        write = op(1, 4, "put", "a", "1")
        self.good(write, get(2, 3, "a", None), get(3, 5, "a", V1))
        self.good(write, get(2, 5, "a", None), get(3, 4, "a", V1))
        self.bad(write, get(2, 2.5, "a", V1), get(3, 5, "a", None))
        self.bad(write, get(5, 6, "a", None))

    def test_lost_update(self):
        first = op(0, 1, "put", "a", "0")
        seen = ("0", "", 0)
        self.good(first, op(2, 4, "cas", "a", "1", seen), op(2, 4, "cas", "a", "2", seen, result=False))
        self.bad(first, op(2, 4, "cas", "a", "1", seen), op(2, 4, "cas", "a", "2", seen))
        self.bad(first, op(2, 4, "cas", "a", "1", seen, result=False))
        self.bad(first, op(2, 3, "cas", "a", "1", None))
        self.bad(first, op(2, 3, "delete-cas", "a", seen), get(4, 5, "a", seen))

    def test_two_holders_of_a_lock(self):
        one, two = op(1, 2, "acquire", "a", "1", "s1"), op(3, 4, "acquire", "a", "2", "s2")
        self.bad(one, two)
        self.good(one, op(2.2, 2.8, "end", "s1"), two, get(5, 6, "a", ("2", "s2", 2)))
        self.good(one, op(2.2, 3.5, "release", "a", "x", "s1"), two)
        self.bad(one, op(4.5, 5, "release", "a", "x", "s1"), two)
        self.bad(op(0, 0.5, "end", "s1"), one)
        self.good(op(0, 0.5, "end", "s1"), op(1, 2, "acquire", "a", "1", "s1", result="refused"))
        self.bad(one, get(5, 6, "a", ("1", "s1", 2)))

    def test_half_a_transaction(self):
        both = op(1, 4, "txn", (("put", "a", "1"), ("put", "b", "2")), result=())
        self.good(both, op(2, 3, "tree", result=(None, None)))
        self.good(both, op(2, 3, "tree", result=(V1, V2)))
        self.bad(both, op(2, 3, "tree", result=(V1, None)))
        self.bad(both, get(1.2, 1.5, "b", V2), op(2, 3, "tree", result=(None, None)))
        failed = op(1, 4, "txn", (("put", "a", "1"), ("check-not-exists", "a")), result=None)
        self.good(failed, get(5, 6, "a", None))
        self.bad(failed, get(5, 6, "a", V1))
        self.bad(op(1, 2, "put", "a", "1"), op(3, 4, "txn", (("get", "a"),), result=(V2,)))

    def test_what_a_kill_leaves_open(self):
        before = op(0, 1, "put", "a", "1")
        open_write = killed(2, 3, "put", "a", "2")
        self.good(before, open_write, get(4, 5, "a", V1), get(6, 7, "a", V1))
        self.good(before, open_write, get(4, 5, "a", V2), get(6, 7, "a", V2))
        self.bad(before, open_write, get(4, 5, "a", V1), get(6, 7, "a", V2))
        self.bad(before, open_write, get(4, 5, "a", V2), get(6, 7, "a", V1))
        self.bad(before, open_write, get(1.2, 1.5, "a", V2))
        self.good(before, op(1.1, 1.2, "put", "b", "1"), open_write, killed(2, 3, "delete", "a"), get(4, 5, "a", None))

    def test_lost_acknowledged_write(self):
        self.bad(op(0, 1, "put", "a", "1"), killed(2, 3, "put", "b", "2"), get(4, 5, "a", None))

    def test_indexes(self):
        check_indexes([("a", 5, V1, 0, 1), ("a", 7, V2, 0.5, 2), ("a", 5, V1, 1, 3)])
        with self.assertRaisesRegex(AssertionError, "after 7"):
            check_indexes([("a", 7, V2, 0, 1), ("a", 5, V1, 2, 3)])
        with self.assertRaisesRegex(AssertionError, "two contents"):
            check_indexes([("a", 7, V2, 0, 1), ("a", 7, V1, 2, 3)])

    def test_one_false_answer_among_many(self):
        """Histories of a model with overlapping times are good; with one reading exchanged they are not."""
        for seed in range(20):
            history = self.random_history(random.Random(seed))
            self.good(*history)
            readings = [n for n, one in enumerate(history) if one.call[0] == "get" and one.result]
            at = readings[len(readings) // 2]
            one = history[at]
            history[at] = Operation(one.invoked, one.returned, one.call, ("never", "", 0))
            self.bad(*history)

    @staticmethod
    def random_history(chance):
        """Each operation happens at its number, and was under way for some time around it."""
        model, history = Keys(KEYS), []
        state = model.start()
        for at in range(300):
            key, value = chance.choice(KEYS), str(at)
            session = "s%d" % chance.randrange(3)
            call = chance.choice([("get", key), ("get", key), ("tree",), ("put", key, value), ("delete", key),
                                  ("acquire", key, value, session), ("release", key, value, session),
                                  ("cas", key, value, state[0][KEYS.index(key)])])
            result, state = model.step(state, call)
            history.append(Operation(at - chance.uniform(0, 4), at + chance.uniform(0, 4), call, result))
        return history


if __name__ == "__main__":
    unittest.main()
