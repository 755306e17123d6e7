"""Settings of all tests."""

import os
from tempfile import TemporaryDirectory

from hypothesis import settings

# The processes of a session share the processors: threads of linear algebra would only wait for one another.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

_kept = None
if "PYTEST_XDIST_WORKER" not in os.environ:
    # Workers, and processes that tests start, take solved constants of 2020 from here; an altered model leaves none.
    _kept = TemporaryDirectory(prefix="lujiazui-tests-")
    os.environ["LUJIAZUI_CACHE"] = _kept.name

# A busy machine is no fault of the code under test.
settings.register_profile("lujiazui", deadline=None)
settings.load_profile("lujiazui")


def pytest_unconfigure():
    """Remove the constants that this session solved."""
    if _kept is not None:
        _kept.cleanup()
