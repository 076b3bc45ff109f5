"""Whether what clients saw of some keys can have happened one operation after the other (Wing and Gong's search, with
Lowe's memory of what was tried). Knows no agent.

Keys has the rules: a value of its own for each write makes a key's content tell which write it is of, so that nothing
needs to be known of indexes beforehand. An Operation with `unknown` was under way when the agent was killed: it took
effect between its two times, or never.
"""
from dataclasses import dataclass

STATES_MAX = 300_000  # a search that looks at more ends undecided, which is an error: the history is too long


@dataclass(frozen=True)
class Operation:
    invoked: float
    returned: float
    call: tuple
    result: object = None
    unknown: bool = False


class Keys:
    """A state is (the contents of all keys, the sessions that are over). A content is None or (value, session, lock
    index). Every operation gives its result and the state after it."""

    def __init__(self, keys):
        self.place = {key: n for n, key in enumerate(keys)}

    def start(self):
        return (None,) * len(self.place), frozenset()

    def step(self, state, call):
        kind, *arguments = call
        if kind == "txn":
            return self.transaction(state, arguments[0])
        contents, over = state
        if kind == "tree":
            return contents, state
        if kind == "delete-tree":
            return True, ((None,) * len(contents), over)
        if kind == "end":
            session = arguments[0]
            freed = tuple((c[0], "", c[2]) if c and c[1] == session else c for c in contents)
            return True, (freed, over | {session})
        key, *arguments = arguments
        at = self.place[key]
        result, content = self.one(kind, contents[at], over, *arguments)
        return result, (contents[:at] + (content,) + contents[at + 1:], over)

    def one(self, kind, content, over, *arguments):
        """(result, content after it) of an operation on one key."""
        if kind == "get":
            return content, content
        if kind in ("delete", "delete-cas"):
            held = kind == "delete" or content is None or content == arguments[0]
            return held, None if held else content
        if kind in ("check-index", "check-not-exists"):
            return content == (arguments[0] if arguments else None), content
        holder, locked = (content[1], content[2]) if content else ("", 0)
        value, *arguments = arguments
        if kind == "put" or (kind == "cas" and content == arguments[0]):
            return True, (value, holder, 0)
        if kind == "acquire":
            session = arguments[0]
            if session in over:
                return "refused", content
            if holder not in ("", session):
                return False, content
            return True, (value, session, locked if holder else locked + 1)
        if kind == "release" and content and holder == arguments[0]:
            return True, (value, "", locked)
        return False, content

    def transaction(self, before, calls):
        """None: one of them failed, and nothing changed. Else what its reads have found."""
        state, found = before, []
        for call in calls:
            result, state = self.step(state, call)
            if call[0] == "get":
                found.append(result)
            if result is None or result is False or result == "refused":
                return None, before
        return tuple(found), state


class Search:
    """One history, whose operations on the whole took place one by one; explanation: why they cannot have."""

    def __init__(self, model, history):
        self.model = model
        self.known = sorted((op for op in history if not op.unknown), key=lambda op: op.invoked)
        self.unknown = [op for op in history if op.unknown and not op.call[0] in ("get", "tree")]
        self.furthest = 0
        self.states = 0

    def steps(self, node):
        """What may come next: nodes are (known operations done: all before first, and those of the bits above it;
        which unknown ones took effect or no longer can; the latest call of those done; state)."""
        first, bits, gone, latest, state = node
        earliest, candidates = float("inf"), []
        for n in range(first, len(self.known)):
            op = self.known[n]
            if op.invoked > earliest:
                break
            if not bits >> (n - first) & 1:
                earliest = min(earliest, op.returned)
                candidates.append(n)
        candidates.sort(key=lambda n: self.known[n].returned)
        for n in candidates:
            op = self.known[n]
            if op.invoked <= earliest:
                result, after = self.model.step(state, op.call)
                if result == op.result:
                    yield self.node(first, bits | 1 << (n - first), gone, max(latest, op.invoked), after)
        for n, op in enumerate(self.unknown):
            if not gone >> n & 1 and op.invoked <= earliest:
                yield self.node(first, bits, gone | 1 << n, max(latest, op.invoked), self.model.step(state, op.call)[1])

    def node(self, first, bits, gone, latest, state):
        while bits & 1:
            first, bits = first + 1, bits >> 1
        for n, op in enumerate(self.unknown):
            if op.returned < latest:
                gone |= 1 << n
        return first, bits, gone, latest, state

    def is_possible(self):
        root = (0, 0, 0, 0.0, self.model.start())
        tried, stack = {root}, [self.steps(root)]
        if not self.known:
            return True
        while stack:
            node = next(stack[-1], None)
            if node is None:
                stack.pop()
                continue
            self.furthest = max(self.furthest, node[0])
            if node[0] == len(self.known):
                return True
            if node not in tried:
                tried.add(node)
                self.states += 1
                if self.states > STATES_MAX:
                    raise AssertionError("undecided after %d states" % self.states)
                stack.append(self.steps(node))
        return False

    def explanation(self):
        """The operations around the one that no order explains."""
        at = self.furthest
        lines = ["%s %.6f..%.6f %r -> %r" % ("=>" if n == at else "  ", op.invoked, op.returned, op.call, op.result)
                 for n, op in enumerate(self.known) if at - 15 <= n <= at + 5]
        lines += ["?? %.6f..%.6f %r" % (op.invoked, op.returned, op.call) for op in self.unknown]
        return "\n".join(lines)


def check(keys, history):
    """Raises AssertionError with the place where no order of the operations explains their results."""
    search = Search(Keys(keys), history)
    if not search.is_possible():
        raise AssertionError("no order of the operations explains their results\n" + search.explanation())
    return search.states


def check_indexes(readings):
    """readings: (key, index, content, invoked, returned). An index of a key stands for one content, and who asks later
    gets no lower one."""
    contents = {}
    for key, index, content, _, _ in readings:
        if contents.setdefault((key, index), content) != content:
            raise AssertionError("%s has two contents at index %d: %r, %r" % (key, index, contents[(key, index)], content))
    for key in {reading[0] for reading in readings}:
        own = [reading for reading in readings if reading[0] == key]
        ended = sorted(own, key=lambda reading: reading[4])
        highest, n = 0, 0
        for _, index, _, invoked, _ in sorted(own, key=lambda reading: reading[3]):
            while n < len(ended) and ended[n][4] < invoked:
                highest, n = max(highest, ended[n][1]), n + 1
            if index < highest:
                raise AssertionError("%s: index %d was read after %d" % (key, index, highest))
