"""What is not installed is named before the work, with what brings it and what does without."""

import pickle

import pytest

from scenarios import extras
from scenarios.extras import MissingExtra, needs_extra


def test_a_missing_extra_is_told_before_anything_is_run(monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "scoringrules" else name)
    with pytest.raises(MissingExtra, match=r"a score needs the extra 'calibrate' \(scoringrules missing\)"):
        needs_extra("calibrate", "scoringrules", "statsmodels", what="what.score")
    needs_extra("calibrate", "statsmodels", what="what.score")


def test_the_answer_names_what_does_without(monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"or a classification tree"):
        needs_extra("ema", what="what.prim", instead="what.tree_option")


def test_a_worker_process_can_send_it_back(monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra) as caught:
        needs_extra("ema", what="what.prim")
    told = pickle.loads(pickle.dumps(caught.value))
    assert (told.extra, str(told)) == ("ema", str(caught.value))
