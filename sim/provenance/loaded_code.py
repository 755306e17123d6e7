"""Whether the model in this process is the one that is installed.

A rule can be replaced by assignment: `sim.trading.turnover.markets_turn_over = mine`. It then applies in this process
only, and no digest of files detects it. The loaded model is therefore compared with the installed one: functions with
the compiled code of the installed source, every other attribute of the modules and classes of the model with its value
when the model was imported, and files with their content at that time. Other libraries, closures and the insides of
objects are not compared.
"""

import functools
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from operator import attrgetter
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from scenarios.errors import InputError
from scenarios.problem_texts import coded
from sim.provenance.as_written import PACKAGES, Written, installed_code, is_code, layers

SUFFIXES = (".py", ".pyc", ".csv", ".toml")
"""Suffixes of code and data; an installation without sources has compiled code in their place."""
UNREAD = ("sim/experiments", "sim/evidence", "scenarios/library", "scenarios/texts")
"""Parts of the packages that no run reads while it simulates."""
MEMORIES = {"sim.solving.history._pasts", "sim.provenance.notices._said", "sim.provenance.loaded_code._watched"}
"""Attributes in which the program itself remembers something."""
SECONDS_BETWEEN_LOOKS = 2.0
"""Data files are looked at again after this time."""
WHAT_TO_DO = (
    "a model of your own: change a copy of the package, whose digest is then its own; to set a rule in one process, "
    "use sim.run, or sim.ensemble with workers=1 and no store"
)

_Cached = functools._lru_cache_wrapper
type Installed = dict[str, tuple[bytes, tuple[int, int] | None]]
"""Content of files by their name, with modification time and size where they are files of their own."""


def source_files() -> Installed:
    """Every file of the model that a run may read, as it is now."""
    found: Installed = {}
    for package in PACKAGES:
        _collect(resources.files(package), package, found)
    return found


def _collect(folder: Traversable, path: str, found: Installed) -> None:
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            if name not in UNREAD and not entry.name.startswith(("_", ".")):
                _collect(entry, name, found)
        elif entry.name.endswith(SUFFIXES):
            stamp = _stamp(entry) if isinstance(entry, Path) else None
            found[name] = (entry.read_bytes(), stamp)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


@dataclass
class _Class:
    """A class as it was when its module was imported."""

    kind: type
    attributes: dict[str, Any]


@dataclass
class _Module:
    """A module of the model as it was when it was first seen."""

    name: str
    module: ModuleType
    attributes: dict[str, Any]
    classes: list[_Class]
    contents: dict[str, Any]
    """Copies of mutable values."""


@dataclass
class Watched:
    """Loaded parts of the model in this process."""

    files: Installed
    modules: dict[str, _Module] = field(default_factory=dict)
    functions: list[tuple[str, FunctionType]] = field(default_factory=list)
    codes: list[tuple[Any, ...]] = field(default_factory=list)
    found_first: dict[str, None] = field(default_factory=dict)
    """Parts that differed from the installed ones when first examined."""
    tables: dict[str, Callable[[], Any]] = field(default_factory=dict)
    """Cached functions without arguments that read files."""
    read_anew: dict[str, Any] = field(default_factory=dict)
    """Results of such functions when they read again."""
    unchecked: set[str] = field(default_factory=set)
    """Modules that have no code to compare with."""
    unseen: list[str] = field(default_factory=list)
    """Modules that have been noted and not compared with their source yet."""
    modules_known: int = 0
    looked: float = -1e9
    changed_data: tuple[str, ...] = ()

    def note_new_modules(self, complete: str = "") -> None:
        """Take down the modules of the model that were imported since the last time.

        Those whose import has not ended yet come the next time, but for the one that says it is `complete`.
        """
        if len(sys.modules) == self.modules_known:
            return
        waiting = False
        for name, module in list(sys.modules.items()):
            if name in self.modules or not _is_of_the_model(name) or not isinstance(module, ModuleType):
                continue
            if name != complete and getattr(module.__spec__, "_initializing", False):
                waiting = True
            else:
                self._note(name, module)
        self.modules_known = 0 if waiting else len(sys.modules)

    def _note(self, name: str, module: ModuleType) -> None:
        attributes = dict(vars(module))
        classes = [
            _Class(value, dict(vars(value)))
            for value in attributes.values()
            if isinstance(value, type) and value.__module__ == name
        ]
        contents = {
            key: _copied(value)
            for key, value in attributes.items()
            if not key.startswith("__") and f"{name}.{key}" not in MEMORIES and _can_be_changed_in_place(value)
        }
        self.modules[name] = _Module(name, module, attributes, classes, contents)
        found = [*_functions(name, attributes, name)]
        for each in classes:
            found += _functions(f"{name}.{each.kind.__qualname__}", each.attributes, name)
        for key, value in attributes.items():
            if isinstance(value, _Cached) and value.__module__ == name and not value.__wrapped__.__code__.co_argcount:
                self.tables[f"{name}.{key}"] = value
        self.functions += found
        self.codes += map(_code_and_defaults, [function for _, function in found])
        self.unseen.append(name)

    def alterations(self) -> tuple[str, ...]:
        """Names of altered parts."""
        self.note_new_modules()
        while self.unseen:
            self._compare_with_source(self.modules[self.unseen.pop()])
        found = dict(self.found_first)
        for each in self.modules.values():
            if sys.modules.get(each.name) is not each.module and not hasattr(each.module, "__path__"):
                found[each.name] = None
            if _differ(vars(each.module), each.attributes):
                found.update(dict.fromkeys(self._changed_in_module(each)))
            for kind in each.classes:
                if _differ(vars(kind.kind), kind.attributes):
                    found.update(dict.fromkeys(_changed_in_class(each.name, kind)))
            for key, value in each.contents.items():
                if not _same_content(vars(each.module).get(key), value):
                    found[f"{each.name}.{key}"] = None
        found.update(dict.fromkeys(self._tables_changed()))
        codes = list(map(_code_and_defaults, [function for _, function in self.functions]))
        if codes != self.codes:
            found.update(
                {
                    name: None
                    for (name, _), now, then in zip(self.functions, codes, self.codes, strict=True)
                    if now != then
                }
            )
        found.update(dict.fromkeys(self._data_changed()))
        return tuple(found)

    def _changed_in_module(self, each: _Module) -> Iterator[str]:
        now, then = vars(each.module), each.attributes
        for key in {**then, **now}:
            if f"{each.name}.{key}" in MEMORIES or now.get(key, then) is then.get(key, now):
                continue
            if key.startswith("__") and not callable(now.get(key, then.get(key))):
                continue
            if key not in then and _is_lazily_there(each.name, key, now[key]):
                then[key] = now[key]
            elif key in now and key in then and _same_value(now[key], then[key]):
                continue
            else:
                yield f"{each.name}.{key}"

    def _compare_with_source(self, each: _Module) -> None:
        code = installed_code(each.module)
        if code is None:
            self.unchecked.add(each.name)
            return
        file = getattr(each.module, "__file__", None)
        kept = self.files.get(_file_name(each.module))
        if file and kept and kept[1] is not None and _stamp(Path(file)) != kept[1]:
            # The file is another one than the one that was loaded, or will be hashed.
            if kept[0] == _bytes(file):
                self.files[_file_name(each.module)] = (kept[0], _stamp(Path(file)))
            else:
                try:
                    code = compile(kept[0], file, "exec", dont_inherit=True)
                except (SyntaxError, ValueError):
                    self.found_first[f"{each.name} (its file was changed while it was loaded)"] = None
                    return
        written = Written(each.name, code)
        names = [*written.other_functions(each.attributes), *written.other_values(each.attributes)]
        for kind in each.classes:
            own = {key: value for key, value in kind.attributes.items() if is_code(value)}
            names += written.other_functions(own, f"{kind.kind.__qualname__}.")
        self.found_first.update(dict.fromkeys(f"{each.name}.{name}" for name in names))

    def _tables_changed(self) -> Iterator[str]:
        """Tables in memory that differ from their files."""
        for name, function in self.tables.items():
            if not function.cache_info().currsize:  # type: ignore[attr-defined]
                continue
            now = function()
            if name not in self.read_anew:
                again = function.__wrapped__() if _can_be_changed_in_place(now) else None  # type: ignore[attr-defined]
                sound = again is None or _same_content(now, again)
                self.read_anew[name] = None if again is None else _copied(now if sound else again)
            if self.read_anew[name] is not None and not _same_content(now, self.read_anew[name]):
                yield f"{name}()"

    def _data_changed(self) -> tuple[str, ...]:
        """Changed data files; code is loaded once, data may be read at any time."""
        if time.monotonic() - self.looked > SECONDS_BETWEEN_LOOKS:
            self.looked = time.monotonic()
            changed = []
            for name, (content, stamp) in self.files.items():
                if stamp is None or name.endswith(".py"):
                    continue
                path = resources.files(name.partition("/")[0]).joinpath(name.partition("/")[2])
                if isinstance(path, Path) and _stamp(path) != stamp:
                    if _bytes(str(path)) == content:
                        self.files[name] = (content, _stamp(path))
                    else:
                        changed.append(f"{name} (the file was changed after the model was loaded)")
            self.changed_data = tuple(changed)
        return self.changed_data


_watched: list[Watched] = []
_looking = threading.RLock()
"""Held during a comparison, because the app runs models in several threads."""


def watched(complete: str = "") -> Watched:
    """The record of the model in this process; made when first called, which `sim.model` does at its end.

    Parameters
    ----------
    complete
        Name of a module that calls this in its last line.
    """
    with _looking:
        if not _watched:
            _watched.append(Watched(source_files()))
        _watched[0].note_new_modules(complete)
        return _watched[0]


def alterations() -> tuple[str, ...]:
    """Names of functions, attributes and files of the model that are not as installed; empty as a rule."""
    with _looking:
        return watched().alterations()


def code_status() -> str:
    """`as installed`, `altered`, or `not checked` where an installation has no code to compare with."""
    if alterations():
        return "altered"
    return "not checked" if watched().unchecked else "as installed"


@dataclass(frozen=True, eq=False)
class Same:
    """A value that equals itself alone."""

    value: Any

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value


def altered_values() -> tuple[tuple[str, Same, str], ...]:
    """Values of altered parts, by name, so that two alterations can be distinguished."""
    names = alterations()
    found = [(name, _named(name)) for name in names]
    return tuple(
        (name, Same(value), repr(value) if _can_be_changed_in_place(value) else repr(_code_of(value)))
        for name, value in found
    )


def _code_of(value: Any) -> Any:
    return [layer.__code__ for layer in layers(value) if isinstance(layer, FunctionType)]


def refuse_altered(reason: str, elsewhere: Sequence[str] = ()) -> None:
    """Refuse an altered model for uses that assume the installed one.

    Parameters
    ----------
    reason
        Why, as the end of a sentence.
    elsewhere
        Names of parts altered in other processes.

    Raises
    ------
    scenarios.InputError
        If anything is altered, here or there; it names all of it.
    """
    names = ", ".join(dict.fromkeys((*alterations(), *elsewhere)))
    if names:
        raise InputError(
            coded("model.altered", names=names, reason=reason), key="model", value=names, allowed=WHAT_TO_DO
        )


def _differ(now: Mapping[str, Any], then: Mapping[str, Any]) -> bool:
    """Whether anything in a namespace is another object; one call compares all of it, in microseconds."""
    try:
        return bool(now != then)
    except Exception:  # a value that was put there may refuse to be compared
        return True


def _is_of_the_model(name: str) -> bool:
    path = name.replace(".", "/")
    return path.partition("/")[0] in PACKAGES and not any(
        path == unread or path.startswith(f"{unread}/") for unread in UNREAD
    )


def _file_name(module: ModuleType) -> str:
    path = module.__name__.replace(".", "/")
    return f"{path}/__init__.py" if hasattr(module, "__path__") else f"{path}.py"


def _bytes(file: str) -> bytes | None:
    try:
        return Path(file).read_bytes()
    except OSError:
        return None


def _can_be_changed_in_place(value: object) -> bool:
    if isinstance(value, tuple):
        return any(map(_can_be_changed_in_place, value))
    return isinstance(value, dict | list | set | np.ndarray)


def _copied(value: Any) -> Any:
    """A copy down to the containers inside."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(item) for item in value]
    return set(value) if isinstance(value, set) else value


def _same_content(now: Any, then: Any) -> bool:
    if isinstance(then, np.ndarray):
        return isinstance(now, np.ndarray) and now.dtype == then.dtype and np.array_equal(now, then)
    if isinstance(then, dict):
        return isinstance(now, dict) and list(now) == list(then) and all(_same_content(now[k], then[k]) for k in then)
    if isinstance(then, list):
        return isinstance(now, list | tuple) and len(now) == len(then) and all(map(_same_content, now, then))
    return now is then or _same_value(now, then) or (type(now) is type(then) and repr(now) == repr(then))


def _same_value(now: Any, then: Any) -> bool:
    """Whether two values that are not the same object do the same: plain values, and functions of equal code."""
    if isinstance(then, FunctionType):
        return isinstance(now, FunctionType) and _code_and_defaults(now) == _code_and_defaults(then)
    return type(now) is type(then) and isinstance(then, int | float | str | bytes | frozenset) and bool(now == then)


_code_and_defaults = attrgetter("__code__", "__defaults__", "__kwdefaults__")


def _is_lazily_there(package: str, key: str, value: Any) -> bool:
    """Whether a new attribute is set by Python or the package itself: a submodule, or a name it provides."""
    if isinstance(value, ModuleType):
        return sys.modules.get(f"{package}.{key}") is value
    home = sys.modules.get(getattr(value, "__module__", None) or "")
    return home is not None and home.__name__ != package and _is_ours(home.__name__) and vars(home).get(key) is value


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in PACKAGES


def _changed_in_class(module: str, each: _Class) -> Iterator[str]:
    now, then = vars(each.kind), each.attributes
    for key in {**then, **now}:
        value, before = now.get(key, each), then.get(key, each)
        if value is before or key == "_abc_impl" or (key.startswith("__") and not is_code(value, before)):
            continue
        if not _same_value(value, before):
            yield f"{module}.{each.kind.__qualname__}.{key}"


def _functions(prefix: str, attributes: dict[str, Any], module: str) -> Iterator[tuple[str, FunctionType]]:
    """Functions of a module or class that were written in the module."""
    for key, value in attributes.items():
        if isinstance(value, type | ModuleType):
            continue
        for layer in layers(value) if is_code(value) or hasattr(value, "__wrapped__") else ():
            if isinstance(layer, FunctionType) and layer.__module__ == module:
                yield f"{prefix}.{key}", layer


def _named(name: str) -> Any:
    """The value of a dotted name of the model, or of a call of it; None where there is none."""
    if name.endswith("()"):
        return _named(name[:-2])()
    parts = name.partition(" ")[0].split(".")
    for length in range(len(parts), 0, -1):
        value: Any = sys.modules.get(".".join(parts[:length]))
        if value is not None:
            for part in parts[length:]:
                value = vars(value).get(part) if hasattr(value, "__dict__") else None
            return value
    return None
