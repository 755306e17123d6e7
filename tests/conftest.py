"""Settings of all tests."""

import os

from hypothesis import settings

# Tests that replace a rule would leave levels behind that the real model never has.
os.environ["LUJIAZUI_CACHE"] = "off"

# A busy machine is no fault of the code under test.
settings.register_profile("lujiazui", deadline=None)
settings.load_profile("lujiazui")
