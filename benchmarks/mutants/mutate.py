"""Makes mutants of a module's source: each is the source with one small change.

The operators, and what looks equivalent by rule, are the two lists below. Nothing here runs
anything: the same source gives the same mutants, in the same order, with the same ids.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace

OTHER: dict[type[ast.AST], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}

LOGS = {"debug", "info", "sub_debug", "sub_warning"}

TEXTS = {"__repr__", "__str__"}

# Where one of these is true Linux never comes, and where one of the next it always does.
ELSEWHERE = (
    "sys.platform == 'win32'",
    "sys.platform == 'darwin'",
    "_winapi",
    "family == 'AF_PIPE'",
    "wacquire is None",  # as is the write lock: a pipe of Windows writes whole messages
    "self._wlock is None",
)
HERE = ("sys.platform != 'win32'",)

# What serves modules that are not mutated: managers, sharedctypes, XML-RPC, logging, freezing; and
# what only Windows' pipes call.
OTHERS_OWN = {
    "context": {
        *("Manager", "Value", "Array", "RawValue", "RawArray"),
        *("freeze_support", "get_logger", "log_to_stderr", "allow_connection_pickling"),
    },
    "connection": {
        *("ConnectionWrapper", "XmlListener", "XmlClient", "_xml_dumps", "_xml_loads"),
        *("_init_timeout", "_check_timeout"),
    },
}

Change = tuple[ast.AST, ast.AST]


@dataclass(frozen=True)
class Mutant:
    """One small change of one module."""

    id: str  # `queues-17`
    module: str
    operator: str
    line: int
    scope: str  # the class and function that it stands in
    before: str
    after: str
    span: tuple[int, int]  # what is replaced: bytes of the source in UTF-8
    rule: str = ""  # by which it looks equivalent; empty if by none

    def apply(self, source: str) -> str:
        """Return the source of the module with this change."""
        start, end = self.span
        encoded = source.encode()
        return (encoded[:start] + self.after.encode() + encoded[end:]).decode()


def find_mutants(module: str, source: str) -> list[Mutant]:
    """Return all mutants of the module, in the order of its source."""
    finder = _Finder(module, source)
    finder.visit(ast.parse(source))
    found = sorted(finder.found, key=lambda mutant: (mutant.span, mutant.operator))
    return [replace(mutant, id=f"{module}-{n}") for n, mutant in enumerate(found, 1)]


def sample(mutants: Sequence[Mutant], count: int, seed: int) -> list[Mutant]:
    """Return `count` of the `mutants`, or all if there are fewer; the same for the same seed."""
    return random.Random(seed).sample(mutants, min(count, len(mutants)))


# The operators: each yields what it would put in the place of what.


def _comparisons(node: ast.AST) -> Iterator[Change]:
    """Turn `==` and `!=`, `is` and `is not`, `in` and `not in`, `<` and `<=`, `>` and `>=`."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            other = copy(node)
            other.ops = [*node.ops[:place], OTHER[type(operator)](), *node.ops[place + 1 :]]
            yield node, other


def _booleans(node: ast.AST) -> Iterator[Change]:
    """Turn `and` and `or`, `True` and `False`; negate a plain condition, and drop a `not`."""
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield node, ast.BoolOp(other, node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node, node.operand
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield node, ast.Constant(not node.value)
    test = node.test if isinstance(node, (ast.If, ast.While, ast.IfExp)) else None
    if isinstance(test, (ast.Name, ast.Attribute, ast.Call)):
        yield test, ast.UnaryOp(ast.Not(), test)


def _constants(node: ast.AST) -> Iterator[Change]:
    """Make a number one more."""
    value = node.value if isinstance(node, ast.Constant) else None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        yield node, ast.Constant(value + 1)


def _calls(node: ast.AST) -> Iterator[Change]:
    """Drop a call whose result nobody takes."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield node, ast.Pass()


def _returns(node: ast.AST) -> Iterator[Change]:
    """Return the other truth value, a pair in the other order, or None instead of a value."""
    if not isinstance(node, ast.Return) or node.value is None:
        return
    value = node.value
    if isinstance(value, ast.Constant):
        if isinstance(value.value, bool):
            yield value, ast.Constant(not value.value)
    elif isinstance(value, ast.Tuple) and len(value.elts) == 2:
        yield value, ast.Tuple(value.elts[::-1], ast.Load())
    else:
        yield value, ast.Constant(None)


OPERATORS: dict[str, Callable[[ast.AST], Iterator[Change]]] = {
    "return": _returns,
    "comparison": _comparisons,
    "boolean": _booleans,
    "constant": _constants,
    "call": _calls,
}


class _Finder(ast.NodeVisitor):
    """Finds the mutants of one module, and by which rule each looks equivalent."""

    def __init__(self, module: str, source: str) -> None:
        self.found: list[Mutant] = []
        self._module = module
        self._source = source.encode()
        self._lines = [0]
        for line in self._source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._scope: list[str] = []
        self._rule = ""
        self._seen: set[tuple[tuple[int, int], str]] = set()

    def visit(self, node: ast.AST) -> None:
        """Collect what every operator does with the node, then go on below it."""
        with self._under(_rule_of(node)):
            for name, operator in OPERATORS.items():
                for old, new in operator(node):
                    self._add(name, old, new)
            super().visit(node)

    def visit_If(self, node: ast.If) -> None:
        """Tell a branch that Linux takes from one that it does not."""
        test = ast.unparse(node.test)
        self.visit(node.test)
        self._visit_all(node.body, "another platform's code" if test in ELSEWHERE else "")
        self._visit_all(node.orelse, "another platform's code" if test in HERE else "")

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Remember in what class it is."""
        self._visit_scope(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Remember in what function it is."""
        self._visit_scope(node)

    def visit_Assert(self, node: ast.Assert) -> None:
        """Take no notice of the message."""
        self.visit(node.test)

    def visit_Raise(self, node: ast.Raise) -> None:
        """Take no notice of the message: nothing below is more than its text."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Take no notice of text."""

    def _visit_scope(self, node: ast.ClassDef | ast.FunctionDef) -> None:
        rule = ""
        if node.name in TEXTS:
            rule = "text for a person to read"
        elif node.name in OTHERS_OWN.get(self._module, ()):
            rule = "serves what is not mutated"
        self._scope.append(node.name)
        with self._under(rule):
            self.generic_visit(node)
        self._scope.pop()

    def _visit_all(self, nodes: Sequence[ast.AST], rule: str) -> None:
        with self._under(rule):
            for node in nodes:
                self.visit(node)

    @contextmanager
    def _under(self, rule: str) -> Iterator[None]:
        before, self._rule = self._rule, self._rule or rule
        yield
        self._rule = before

    def _add(self, operator: str, old: ast.AST, new: ast.AST) -> None:
        span = self._span(old)
        text = ast.unparse(ast.fix_missing_locations(new))
        after = text if isinstance(new, (ast.Constant, ast.Pass, ast.Tuple)) else f"({text})"
        before = self._source[slice(*span)].decode()
        if (span, after) in self._seen:
            return
        self._seen.add((span, after))
        rule = self._rule or _rule_of(old)
        line: int = old.lineno  # type: ignore[attr-defined]  # each of those that are replaced has
        scope = ".".join(self._scope)
        self.found.append(
            Mutant("", self._module, operator, line, scope, before, after, span, rule)
        )

    def _span(self, node: ast.AST) -> tuple[int, int]:
        # Statements and expressions alone are replaced, and these have places.
        start = self._lines[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
        end = self._lines[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
        return start, end


def _rule_of(node: ast.AST) -> str:
    """Return by which rule all mutants of this node look equivalent."""
    called = node.value if isinstance(node, ast.Expr) else None
    if isinstance(called, ast.Call) and ast.unparse(called.func).removeprefix("util.") in LOGS:
        return "log"
    if isinstance(node, ast.expr) and ast.unparse(node) in (*ELSEWHERE, *HERE):
        return "asks for the platform"
    return ""
