"""What a user did wrong, in Chinese: every message that the app can show has its translation."""

import ast
import re
from itertools import product
from pathlib import Path

import pytest
from pydantic import BaseModel

import scenarios.schema
from app.web.desk import Change, Desk, opened_scenario
from app.web.problems import in_chinese, problem_told, problems_told, sentences
from app.web.words import Words
from scenarios.errors import InputError, Problem
from scenarios.model_problems import allowed_by, keys_of

ROOT = Path(__file__).parents[3]
SHOWN = [
    *sorted((ROOT / "scenarios").glob("*.py")),
    *(ROOT / "app/web" / name for name in ("desk.py", "page_desk.py")),
    *(
        ROOT / "sim/experiments" / f"{name}.py"
        for name in ("attribution", "ensemble", "requests", "sensitivity", "store", "store_files")
    ),
]
CALLS = {"InputError": (0, "allowed"), "Problem": (0, "allowed"), "wrong": (0, 3), "_wrong": (0, None)}
CALLS |= {"damaged": (1, None), "problem_at": (1, None)}
"""Where each call that tells of a problem takes its message and what it allows."""
ZH, EN = Words("zh"), Words("en")


def texts(node, names):
    """Texts that an expression can be, with {} for what is filled in; none where it holds nothing but values."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=values):
            parts = [
                [part.value] if isinstance(part, ast.Constant) else texts(part.value, names) or ["{}"]
                for part in values
            ]
            return ["".join(chosen) for chosen in product(*parts)]
        case ast.IfExp(body=body, orelse=otherwise):
            return texts(body, names) + texts(otherwise, names)
        case ast.BinOp(left=left, right=right):
            return [a + b for a in texts(left, names) for b in texts(right, names)]
        case ast.Name(id=name):
            return [text for value in names.get(name, []) for text in texts(value, {})]
    return []


def messages():
    """Every message and every text about what is allowed in the source that the app can show: (group, text)."""
    for path in SHOWN:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            target.id: [node.value]
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            names = dict(constants)
            for node in ast.walk(function):
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    names[node.targets[0].id] = [*names.get(node.targets[0].id, []), node.value]
            for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
                name = getattr(call.func, "id", getattr(call.func, "attr", ""))
                if name not in CALLS:
                    continue
                first, second = CALLS[name]
                yield from (("sentence", text) for node in call.args[first : first + 1] for text in texts(node, names))
                allowed = [each.value for each in call.keywords if each.arg == second]
                allowed += call.args[second : second + 1] if isinstance(second, int) else call.args[4:5]
                yield from (("allowed", text) for node in allowed for text in texts(node, names))


def test_every_message_that_the_app_can_show_is_there_in_chinese():
    found = set(messages())
    assert len(found) > 100
    # What a value has to be instead is looked at below.
    filled = [(group, text) for group, text in found if re.search("[a-z]{3}", text) and text != "{} is not {}"]
    assert [(g, t) for g, t in filled if not re.search("[\u4e00-\u9fff]", in_chinese(t.replace("{}", "X"), g))] == []


def of_models(model):
    """What the fields of a model and of those within it allow, in words."""
    for info in keys_of(model).values():
        allowed = allowed_by(info.annotation, info.metadata)
        inner = allowed_by(allowed.item) if allowed.item is not None else allowed
        if isinstance(inner.type, type) and issubclass(inner.type, BaseModel):
            yield from of_models(inner.type)
        else:
            yield str(allowed)


def test_what_each_key_of_a_scenario_may_hold_is_there_in_chinese():
    told = {text for text in of_models(scenarios.Scenario) if re.search("[a-z]{3}", text)}
    assert len(told) > 8
    assert [text for text in told if not re.search("[\u4e00-\u9fff]", in_chinese(text, "allowed"))] == []
    assert in_chinese("from 0 to 1", "allowed") == "0 到 1"
    assert in_chinese("a whole number from 1 to 60", "allowed") == "1 到 60 的整数"
    for form in scenarios.schema._FORMS.values():
        assert "不是" in in_chinese(f"'x' is not {form}", "sentence")


def test_a_translation_names_as_much_as_the_english():
    for group in sentences().values():
        for english, chinese in group.items():
            assert english.count("{}") == chinese.count("{}"), english


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
        ("policy: plan\nscale: 99\n", ("99", "超出范围", "0.01 到 10")),
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
    problem = Problem("is damaged: it cannot be read", where="runs/store.json", key="store")
    assert problem_told(problem, ZH, with_place=False) == "已损坏：无法读取"
    assert problem_told(problem, EN, with_place=False) == "is damaged: it cannot be read"
    assert in_chinese("what nobody translated", "sentence") == "what nobody translated"
    assert in_chinese("unknown lever '{}'", "sentence") == "没有名为 '{ }' 的政策杠杆"
