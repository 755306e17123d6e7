"""Whether a loaded module equals its source: functions by their code, plain values by literals."""

import dis
import functools
import sys
from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any, TypeAliasType

MAKERS = ("contextlib", "dataclasses", "enum", "functools", "reprlib", "typing")
"""Modules of Python whose functions wrap or create functions of their callers."""
PACKAGES = ("agents", "scenarios", "sim")
"""The packages of the model."""
IS_FUNCTION = 0x1
"""Flag of code that is optimised as that of functions is; the body of a class has none."""


@functools.cache
def installed_code(module: ModuleType) -> CodeType | None:
    """Code that the installed source of a module compiles to, as the import system has it; None where there is none."""
    loader = getattr(getattr(module, "__spec__", None), "loader", None)
    try:
        code = loader.get_code(module.__name__)  # type: ignore[union-attr]
    except Exception:  # other loaders may raise any error; a module that cannot be compared is reported as unchecked
        return None
    return code if isinstance(code, CodeType) else None


def is_code(*values: object) -> bool:
    """Whether one of several attributes of a class is a function in any of its forms."""
    kinds = (FunctionType, classmethod, staticmethod, property, functools.cached_property)
    return any(isinstance(value, kinds) for value in values)


def layers(value: Any) -> Iterator[Any]:
    """A function, and those that it wraps, from the outside in."""
    for _ in range(20):
        if isinstance(value, property):
            for part in (value.fget, value.fset, value.fdel):
                yield from layers(part)
            return
        if isinstance(value, classmethod | staticmethod):
            value = value.__func__
        elif isinstance(value, functools.cached_property):
            value = value.func
        if value is None or isinstance(value, type | ModuleType | TypeAliasType):
            return
        yield value
        value = getattr(value, "__wrapped__", None)


class Written:
    """Contents of the source of a module.

    Parameters
    ----------
    module
        Name of the module.
    code
        Its compiled source.
    """

    def __init__(self, module: str, code: CodeType) -> None:
        self.module = module
        self.code = code
        self.functions: dict[str, list[CodeType]] = {}
        self._collect(code)
        self._lenders = {name.partition(".")[0] for name in code.co_names}
        self._makers = {getattr(sys.modules.get(name), "__file__", None) for name in (*MAKERS, *code.co_names)}

    def _collect(self, code: CodeType) -> None:
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                if constant.co_flags & IS_FUNCTION:
                    self.functions.setdefault(constant.co_qualname, []).append(constant)
                self._collect(constant)

    def other_functions(self, attributes: Mapping[str, Any], within: str = "") -> Iterator[str]:
        """Names of attributes, of the module or of a class in it, whose functions are not those of the source."""
        for name, value in attributes.items():
            found = [layer for layer in layers(value) if isinstance(layer, FunctionType)]
            stands = f"{within}{name}" in self.functions
            gone = stands and not found and not isinstance(value, TypeAliasType)
            if gone or not all(self._knows(layer, stands) for layer in found):
                yield f"{within}{name}"

    def _knows(self, function: FunctionType, stands: bool) -> bool:
        """Whether a function is from here, from a module that this one imports, or made by Python."""
        if function.__code__ in self.functions.get(function.__qualname__, ()):
            return True
        file = function.__code__.co_filename
        if file in self._makers:
            return True
        home = function.__module__ or self.module
        if home == self.module:
            return not stands and file == "<string>"
        if home.partition(".")[0] in PACKAGES:
            lender = sys.modules.get(home)
            code = None if lender is None else installed_code(lender)
            return code is not None and file == code.co_filename
        return home.partition(".")[0] in self._lenders

    def other_values(self, attributes: Mapping[str, Any]) -> Iterator[str]:
        """Names of plain values of the module that its source sets to another literal."""
        plain = {
            name: value
            for name, value in attributes.items()
            if isinstance(value, int | float | str | tuple) and not name.startswith("__")
        }
        constants = {(type(constant), constant) for constant in self.code.co_consts if constant == constant}
        # A value that is no constant of the source is computed there or was altered; only then it is compared.
        doubtful = [
            name for name, value in plain.items() if not _is_hashable(value) or (type(value), value) not in constants
        ]
        if doubtful:
            literals = self._literals()
            yield from (name for name in doubtful if name in literals and literals[name] != plain[name])

    def _literals(self) -> dict[str, Any]:
        """Names that the source sets to a literal, with the last one."""
        found: dict[str, Any] = {}
        before = None
        for instruction in dis.get_instructions(self.code):
            if instruction.opname == "STORE_NAME":
                if before is not None and before.opname in ("LOAD_CONST", "LOAD_SMALL_INT"):
                    found[str(instruction.argval)] = before.argval
                else:
                    found.pop(str(instruction.argval), None)
            before = instruction
        return found


def _is_hashable(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True
