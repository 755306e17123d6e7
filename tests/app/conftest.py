"""The tests of the app need its extra (`pip install lujiazui[app]`), which the core install leaves out; CI has it."""

import importlib.util

if importlib.util.find_spec("solara") is None:
    collect_ignore_glob = ["test_solara*.py"]
