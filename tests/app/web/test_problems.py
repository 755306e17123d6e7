"""What a user did wrong, in Chinese."""

import re

import pytest
from pydantic import BaseModel

import scenarios.schema
from app.web.desk import Desk, opened_scenario
from app.web.moves import Change
from app.web.problems import problem_told, problems_told
from app.web.words import Words
from scenarios.errors import InputError, Problem
from scenarios.model_problems import allowed_by, keys_of
from scenarios.problem_texts import coded, in_language

ZH, EN = Words("zh"), Words("en")


def of_models(model):
    """What the fields of a model and of those within it allow, in words."""
    for info in keys_of(model).values():
        allowed = allowed_by(info.annotation, info.metadata)
        inner = allowed_by(allowed.item) if allowed.item is not None else allowed
        if isinstance(inner.type, type) and issubclass(inner.type, BaseModel):
            yield from of_models(inner.type)
        else:
            yield allowed.text


def test_what_each_key_of_a_scenario_may_hold_is_there_in_chinese():
    told = {text for text in of_models(scenarios.Scenario) if re.search("[a-z]{3}", text)}
    assert len(told) > 8
    assert [text for text in told if not re.search("[\u4e00-\u9fff]", in_language(text, "zh"))] == []
    whole = {str(text): in_language(text, "zh") for text in told}
    assert whole["from 0 to 1"] == "0 到 1"
    assert whole["a whole number from 1 to 60"] == "整数：1 到 60"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "policy: plan\nlevers:\n  reits_pilott: 0.5\n",
            ("f.yaml:3", "levers.reits_pilott", "没有名为", "reits_pilot", "是否指"),
        ),
        ("policy: plan\nlevers:\n  reits_pilot: 1.5\n", ("f.yaml:3", "1.5 不在0到1之间")),
        ("policy: plan\nend: 2019-13\n", ("f.yaml:2", "不是 2021-01 到", "之间的月份")),
        ("policy: [\n", ("f.yaml", "不是有效的YAML")),
        ("", ("f.yaml", "是空的", "允许：情景，如")),
        ("policy: plan\nmacro: own.csv\n", ("f.yaml:2", "macro", "不得引用文件")),
        ("drivers: {2021-01: {vix: 20}}\n", ("f.yaml", "macro", "不采用自备", "允许：neutral")),
        ("policy: plam\n", ("policy", "不允许 'plam'", "是否指 'plan'", "可取：")),
        ("policy: plan\nmonths: 3\n", ("未知的键 'months'", "可用的键：")),
        ("policy: plan\nscale: 399\n", ("399", "超出范围", "0.01 到 300")),
    ],
)
def test_a_file_that_is_refused_is_refused_in_chinese(text, told):
    with pytest.raises(InputError) as caught:
        opened_scenario(text, "f.yaml")
    shown = problems_told(caught.value, ZH)
    assert [part for part in told if part not in shown] == [], shown
    assert problems_told(caught.value, EN) == str(caught.value)


def test_every_problem_of_a_desk_is_told_in_chinese():
    with pytest.raises(InputError) as caught:
        Desk(preset="plna", runs=0, changes={"fintech": Change(2.0, "1999-01", 99)})
    lines = problems_told(caught.value, ZH).splitlines()
    assert len(lines) == len(caught.value.problems) == 6
    assert all(re.search("[\u4e00-\u9fff]", line) for line in lines)


def test_places_of_the_server_are_not_told_where_nobody_needs_them():
    problem = Problem(coded("store.unreadable"), where="runs/store.json", key="store")
    assert problem_told(problem, ZH, with_place=False) == "已损坏：无法读取"
    assert problem_told(problem, EN, with_place=False) == "is damaged: it cannot be read"
    assert problem_told(Problem("what nobody translated"), ZH) == "what nobody translated"


def test_an_error_of_another_kind_is_told_in_chinese_where_it_has_a_code():
    assert problems_told(RuntimeError(coded("ensemble.no_run")), ZH) == "没有已完成的运行"
    assert problems_told(RuntimeError("of another package"), ZH) == "of another package"
