"""The digest of a component of others: of its code as it is in memory, and of the files of its package.

Functions are followed to the functions, classes and plain values that they name, as far as these are of the same
packages. What they read of other packages, closures over objects and the insides of objects are not covered.
"""

import functools
import hashlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, TypeAliasType, get_args, get_origin

import numpy as np

from agents.columns import Column
from sim.provenance.as_written import PACKAGES, layers
from sim.provenance.model_digest import code_alone

SUFFIXES = (".py", ".csv", ".toml", ".json", ".yaml", ".yml", ".txt")
"""Files of a package that its digest covers."""
PLAIN = (bool, int, float, complex, str, bytes, type(None))


def code_digest(component: Any) -> str:
    """Digest of a component, 16 hex digits; the same in every process that has the same package."""
    walk = _Walk(frozenset(home_of(name) for name in modules_of(component)))
    digest = hashlib.blake2b(digest_size=8)
    for text in walk.of(component):
        digest.update(text.encode() + b"\0")
    for home in sorted(walk.homes):
        for name, content in _files(home):
            digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()


def home_of(module: str) -> str:
    """The package that a module is of: the outermost one with code of its own, else the module itself."""
    parts = module.split(".")
    for length in range(1, len(parts)):
        name = ".".join(parts[:length])
        if getattr(sys.modules.get(name), "__file__", None) is not None:
            return name
    return module


def modules_of(component: Any) -> list[str]:
    """Modules of others in which the functions, states and agents of a component are written."""
    own = component.component
    kinds = [*own.states, *(kind for each in component.agents for kind in _classes(each))]
    found = [each.__module__ for each in (*component.functions(), *kinds)]
    return list(dict.fromkeys(name for name in found if name.partition(".")[0] not in PACKAGES))


def _classes(kind: Any) -> tuple[Any, ...]:
    return get_args(kind.__value__ if isinstance(kind, TypeAliasType) else kind)


@cache
def _files(home: str) -> tuple[tuple[str, bytes], ...]:
    """Names and contents of the files of a package as they were when first read; none of the script itself."""
    module = sys.modules.get(home)
    file = getattr(module, "__file__", None)
    if home == "__main__" or file is None:
        return ()
    path = Path(file)
    if not hasattr(module, "__path__"):
        return ((path.name, _content(path)),) if path.is_file() else ()
    found = sorted(
        each
        for each in path.parent.rglob("*")
        if each.suffix in SUFFIXES and each.is_file() and "__pycache__" not in each.parts
    )
    return tuple((each.relative_to(path.parent).as_posix(), _content(each)) for each in found)


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    return code_alone(content) if path.suffix == ".py" else content


class _Walk:
    """Walks through values and gives each as text; what was seen is named and not entered again."""

    def __init__(self, homes: frozenset[str]) -> None:
        self.homes = homes
        self._seen: dict[int, Any] = {}

    def of(self, value: Any) -> Iterator[str]:
        """A value and what it consists of, as texts."""
        if isinstance(value, PLAIN):
            yield repr(value)
            return
        if isinstance(value, np.generic):
            yield repr(value.item())
            return
        if isinstance(value, FunctionType | type | ModuleType | Mapping) or is_dataclass(value):
            if id(value) in self._seen:
                yield "seen"
                return
            self._seen[id(value)] = value
        if isinstance(value, np.ndarray):
            yield f"{value.dtype} {value.shape} {hashlib.blake2b(value.tobytes(), digest_size=16).hexdigest()}"
        elif isinstance(value, Mapping):
            yield f"mapping {len(value)}"
            for key, item in value.items():
                yield from self.of(key)
                yield from self.of(item)
        elif isinstance(value, list | tuple):
            yield f"sequence {len(value)}"
            for item in value:
                yield from self.of(item)
        elif isinstance(value, set | frozenset):
            yield "set " + " ".join(sorted(map(repr, value)))
        elif isinstance(value, CodeType):
            yield from self._code(value)
        elif isinstance(value, type):
            yield from self._class(value)
        elif isinstance(value, ModuleType):
            yield from self._module(value)
        elif isinstance(value, TypeAliasType) or get_origin(value) is not None:
            yield f"type {value}"
            for kind in _classes(value):
                yield from self.of(kind)
        elif isinstance(value, Column):
            yield f"column {value.name} {value.dtype} {value.shape} {value.unit} {value.default!r}"
        elif isinstance(value, functools.partial):
            yield from self.of((value.func, value.args, value.keywords))
        elif is_dataclass(value):
            yield _name(type(value))
            for each in fields(value):
                yield each.name
                yield from self.of(getattr(value, each.name, None))
        else:
            yield from self._functions(value)

    def _functions(self, value: Any) -> Iterator[str]:
        found = [layer for layer in layers(value) if isinstance(layer, FunctionType)]
        if not found:
            yield f"a {_name(type(value))}"
        for function in found:
            yield _name(function)
            if self._is_of_them(function.__module__):
                yield from self._function(function)

    def _function(self, function: FunctionType) -> Iterator[str]:
        yield from self.of(function.__code__)
        yield from self.of(function.__defaults__)
        yield from self.of(function.__kwdefaults__)
        for cell in function.__closure__ or ():
            try:
                yield from self.of(cell.cell_contents)
            except ValueError:  # a name that is not set yet
                yield "empty"
        for name in _names_in(function.__code__):
            if name in function.__globals__:
                yield name
                yield from self.of(function.__globals__[name])

    def _code(self, code: CodeType) -> Iterator[str]:
        yield f"{code.co_qualname} {code.co_code.hex()} {code.co_names} {code.co_varnames} {code.co_freevars}"
        constants = code.co_consts
        documented = bool(constants) and isinstance(constants[0], str) and bool(code.co_flags & 0x4000000)
        for constant in constants[1 if documented else 0 :]:
            yield from self.of(constant)

    def _class(self, kind: type) -> Iterator[str]:
        yield _name(kind)
        if not self._is_of_them(kind.__module__):
            return
        for base in kind.__bases__:
            yield from self.of(base)
        for name, value in sorted(vars(kind).items()):
            if not name.startswith("__") or isinstance(value, FunctionType):
                if name in ("__annotate_func__", "__annotate__") or _is_made_by_python(value):
                    continue
                yield name
                yield from self.of(value)

    def _module(self, module: ModuleType) -> Iterator[str]:
        yield module.__name__
        if not self._is_of_them(module.__name__):
            return
        for name, value in sorted(vars(module).items()):
            if not name.startswith("__") and not isinstance(value, ModuleType):
                yield name
                yield from self.of(value)

    def _is_of_them(self, module: str | None) -> bool:
        return module is not None and home_of(module) in self.homes


def _is_made_by_python(value: Any) -> bool:
    """Whether a function of a class was made by a decorator such as `dataclass`."""
    return isinstance(value, FunctionType) and value.__code__.co_filename == "<string>"


def _name(value: Any) -> str:
    return f"{value.__module__}:{value.__qualname__}"


@cache
def _names_in(code: CodeType) -> tuple[str, ...]:
    """Names that a function and the functions inside it look up, sorted."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names.update(_names_in(constant))
    return tuple(sorted(names))
