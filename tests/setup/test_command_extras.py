"""What `start` installs for a command is what the command can come to import."""

import ast
import runpy
import sys
from functools import cache
from pathlib import Path

import pytest

from app.cli import commands
from app.command_extras import COMMAND_EXTRAS, INSTEAD, OPTION_EXTRAS, extras_of
from scenarios.extras import EXTRA_MODULES

ROOT = Path(__file__).parents[2]
PACKAGES = ("agents", "app", "calibration", "scenarios", "sim")
INCLUDED = {"ema": ("explore",)}
ONLY_WHERE_LOADED = {("sim.experiments.pool", "_lost_workers")}
"""Imports of a module that the caller has imported before, or else does without."""
IN_NOTEBOOKS = {("sim.runs.plots", "new_figure")}
"""Pictures that no command draws; a method of a result calls them."""
NEVER_REACHED = ONLY_WHERE_LOADED | IN_NOTEBOOKS
STARTED_LATER = {
    "app": ("sim.experiments.sensitivity", "sim.experiments.pictures", "app.web.swept"),
    "export": ("sim.experiments.designs",),
}
"""Parts of a command that say by themselves what they lack when they are used: the last sweep on a page of the app, and
the points of a Morris design, which was made where the extra is."""

DRAWN_ON_DEMAND = ("sim.runs.plots", "sim.experiments.ensemble_plots")
"""Pictures of results in notebooks, which no command draws."""


class Module:
    """Names of one file: what they are defined as, what they are imported from, what the file loads at once."""

    def __init__(self, name, path):
        self.name, self.definitions, self.loads = name, {}, []
        self.package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        tree = ast.parse(path.read_text(encoding="utf-8"))
        self.imported = {}
        for node in tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                self.loads += [node]
                self.imported |= imported_names(node)
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                self.definitions[node.name] = node
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if isinstance(target, ast.Name):
                        self.definitions[target.id] = node


def imported_names(node):
    """Local name -> (module, name within or None)."""
    if isinstance(node, ast.Import):
        return {(each.asname or each.name).partition(".")[0]: (each.name, None) for each in node.names}
    return {each.asname or each.name: (node.module, each.name) for each in node.names}


@cache
def module(name):
    path = ROOT / name.replace(".", "/")
    for file in (path / "__init__.py", path.with_suffix(".py")):
        if file.is_file():
            return Module(name, file)
    return None


def place_of(target):
    """Follow a name to a module or to a definition in one."""
    where, name = target
    if name is not None and module(where) and module(f"{where}.{name}"):
        return f"{where}.{name}", None
    return where, name


@cache
def steps(where, name):
    """Places that code at (module, name) uses, without a name for what the file does when it is loaded."""
    here = module(where)
    if name is None:
        return {(place_of(target)[0], None) for node in here.loads for target in imported_names(node).values()}
    found = {(where, None)}
    if name in here.imported:
        target = place_of(here.imported[name])
        return found | {(target[0], None), target}
    body = here.definitions.get(name)
    if body is None:
        return found
    nodes = list(ast.walk(body))
    own = {node.arg for node in nodes if isinstance(node, ast.arg)}
    names = {local: target for local, target in here.imported.items() if local not in own}
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= imported_names(node)
            found |= {(place_of(target)[0], None) for target in imported_names(node).values()}
    for node in nodes:
        if isinstance(node, ast.Name):
            if node.id in names:
                found.add(place_of(names[node.id]))
            elif node.id in here.definitions and node.id not in own:
                found.add((where, node.id))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
            target = place_of(names[node.value.id])
            if target[1] is None:
                found.add((target[0], node.attr))
    return found


def reached(start, left_out=()):
    """Names of foreign modules that code starting at (module, name) can come to import."""
    foreign, seen, waiting = set(), set(), [start]
    while waiting:
        place = waiting.pop()
        where = place[0]
        if where.partition(".")[0] not in PACKAGES:
            foreign.add(where.partition(".")[0])
        elif place not in seen and place not in NEVER_REACHED and where not in left_out and module(where) is not None:
            seen.add(place)
            waiting += steps(*place)
    return foreign


def needed(callbacks, left_out=()):
    """Modules of extras that the functions of a command can come to import."""
    of_extras = {name for names in EXTRA_MODULES.values() for name in names}
    found = [reached((each.__module__, each.__name__), left_out) for each in callbacks]
    return set().union(*found) & of_extras


def modules_of(extras):
    return {name for extra in extras for each in (extra, *INCLUDED.get(extra, ())) for name in EXTRA_MODULES[each]}


def callbacks():
    """Functions of the commands by name; those under another command share its name, by which extras are chosen."""
    for command in commands.registered_commands:
        yield command.name or command.callback.__name__, command.callback
    for group in commands.registered_groups:
        for command in group.typer_instance.registered_commands:
            yield group.typer_instance.info.name, command.callback


COMMANDS = {}
for name, callback in callbacks():
    COMMANDS.setdefault(name, []).append(callback)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_what_it_imports(name):
    extras = [extra for (command, _), extra in OPTION_EXTRAS.items() if command == name]
    extras += [COMMAND_EXTRAS[name]] if name in COMMAND_EXTRAS else []
    assert needed(COMMANDS[name], (*STARTED_LATER.get(name, ()), *DRAWN_ON_DEMAND)) <= modules_of(extras)


@pytest.mark.parametrize(("name", "extra"), [*COMMAND_EXTRAS.items(), *((c, e) for (c, _), e in OPTION_EXTRAS.items())])
def test_no_command_brings_an_extra_that_it_cannot_use(name, extra):
    assert needed(COMMANDS[name]) & set(EXTRA_MODULES[extra])


@pytest.mark.parametrize(
    ("line", "extras"),
    [
        ("discover runs", ["ema"]),
        ("discover runs --tree", ["explore"]),
        ("batch plan --scheduler tcp://here:1", ["cluster"]),
        ("batch plan --scheduler=tcp://here:1", ["cluster"]),
        ("batch plan", []),
        ("export runs --format netcdf", ["netcdf"]),
        ("export runs --format csv", []),
        ("search opening.yaml", ["explore"]),
    ],
)
def test_options_count(line, extras):
    assert extras_of(line.split()) == extras


def test_every_command_with_an_option_of_its_own_exists():
    assert {*COMMAND_EXTRAS, *(name for name, _ in (*OPTION_EXTRAS, *INSTEAD))} <= set(COMMANDS)


def test_the_extras_exist():
    lock = runpy.run_path(str(ROOT / ".ci" / "lock.py"))
    project = lock["read_project"](ROOT / "pyproject.toml")
    assert {*COMMAND_EXTRAS.values(), *OPTION_EXTRAS.values(), *INSTEAD.values()} <= set(EXTRA_MODULES)
    assert set(EXTRA_MODULES) <= set(project["optional-dependencies"])
    for extra, others in INCLUDED.items():
        assert lock["extras_within"](project, [extra]) == {extra, *others}


def test_the_map_is_read_without_anything_installed():
    loaded = ast.parse((ROOT / "app" / "command_extras.py").read_text(encoding="utf-8"))
    for node in ast.walk(loaded):
        if isinstance(node, ast.Import | ast.ImportFrom):
            assert {target.partition(".")[0] for target, _ in imported_names(node).values()} <= sys.stdlib_module_names
