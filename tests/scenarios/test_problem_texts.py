"""Every problem that the package can report has a code, and the code a text in English and one in Chinese."""

import ast
import pickle
import re
import string
from functools import cache
from pathlib import Path

import pytest

from scenarios.errors import InputError, Problem, unknown
from scenarios.problem_texts import CodedText, catalogue, coded, in_language, said

ROOT = Path(__file__).parents[2]
PACKAGES = ("scenarios", "agents", "sim", "calibration", "app")
MESSAGES = {"InputError": 0, "Problem": 0, "wrong": 0, "_wrong": 0, "damaged": 1, "problem_at": 1}
"""Where each call that reports a problem takes its message."""


@cache
def trees():
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return {path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8")) for path in files}


def calls():
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield path, node, getattr(node.func, "id", getattr(node.func, "attr", ""))


def names(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def words_of_its_own(node, assigned):
    """Whether a message can be a literal text, with or without something filled in."""
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.IfExp():
            return words_of_its_own(node.body, assigned) or words_of_its_own(node.orelse, assigned)
        case ast.BinOp():
            return words_of_its_own(node.left, assigned) or words_of_its_own(node.right, assigned)
        case ast.Name():
            return any(words_of_its_own(value, {}) for value in assigned.get(node.id, ()))
    return False


def test_no_message_in_the_source_is_without_a_code():
    bare, seen = [], 0
    for path, tree in trees().items():
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            assigned = {}
            for node in ast.walk(function):
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    assigned.setdefault(node.targets[0].id, []).append(node.value)
            for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
                place = MESSAGES.get(getattr(call.func, "id", getattr(call.func, "attr", "")))
                if place is None or len(call.args) <= place:
                    continue
                seen += 1
                if words_of_its_own(call.args[place], assigned):
                    bare.append(f"{path}:{call.lineno}")
    assert seen > 200
    assert sorted(set(bare)) == []


def test_every_code_in_the_source_is_in_the_catalogue_with_what_is_named():
    found = 0
    for path, call, name in calls():
        if name == "coded" and isinstance(call.args[0], ast.Constant):
            code, given = call.args[0].value, {each.arg for each in call.keywords}
            assert code in catalogue(), f"{path}:{call.lineno}: {code}"
            assert given >= names(catalogue()[code]["en"]), f"{path}:{call.lineno}: {code}"
            found += 1
        elif name == "unknown" and isinstance(call.args[0], ast.Constant):
            assert f"{call.args[0].value}.unknown" in catalogue(), f"{path}:{call.lineno}"
            found += 1
    assert found > 300


def test_every_code_of_the_catalogue_is_used():
    constants = {
        node.value
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    unused = [code for code in catalogue() if code not in constants and code.removesuffix(".unknown") not in constants]
    assert unused == []


@pytest.mark.parametrize("code", catalogue())
def test_a_code_has_both_texts_with_the_same_names(code):
    texts = catalogue()[code]
    assert set(texts) == {"en", "zh"}
    assert names(texts["en"]) == names(texts["zh"])
    assert re.fullmatch(r"[a-z0-9_]+\.[a-z0-9_]+", code)
    plain = {form or how for _, name, form, how in string.Formatter().parse(texts["zh"]) if name is not None}
    assert plain <= {"", None}  # what is named is written once, in the English
    foreign = re.sub(r"\{[^}]*\}", "", texts["en"])
    assert re.search("[\u4e00-\u9fff]", texts["zh"]) or not re.search("[a-z]{3}", foreign) or code in SAME_IN_BOTH


SAME_IN_BOTH = {"what.netcdf", "what.prim", "value.refused"}


def test_a_text_is_the_english_sentence_and_can_be_told_in_chinese():
    text = coded("lever.unknown", name="'reits'")
    assert text == "unknown lever 'reits'" and text.code == "lever.unknown"
    assert in_language(text, "zh") == "没有名为 'reits' 的政策杠杆"
    assert in_language(text, "en") == text
    assert in_language("words of another package", "zh") == "words of another package"


def test_what_is_named_in_a_text_is_translated_too_and_keeps_its_braces():
    text = coded("file.too_large", what=coded("what.macro_file"))
    assert (str(text), in_language(text, "zh")) == ("the macro file is too large", "宏观数据文件过大")
    odd = coded("lever.unknown", name="{}")
    assert (str(odd), in_language(odd, "zh")) == ("unknown lever {}", "没有名为 {} 的政策杠杆")


def test_formats_of_the_catalogue_are_applied_in_both_languages():
    text = coded("lever.no_components", lever="x")
    assert in_language(text, "zh").startswith("x ")
    assert str(coded("allowed.between", least=0.0, most=1.0)) == "from 0 to 1"
    assert in_language(coded("allowed.between", least=0.0, most=1.0), "zh") == "0 到 1"


def test_a_problem_has_the_code_of_its_message_and_goes_to_other_processes_with_it():
    error = InputError(unknown("lever", "reits_pilott", ["reits_pilot"], key="lever"))
    (problem,) = pickle.loads(pickle.dumps(error)).problems
    assert (problem.code, problem.nearest, problem.key) == ("lever.unknown", "reits_pilot", "lever")
    assert isinstance(problem.message, CodedText) and str(error) == str(InputError([problem]))


def test_a_message_of_others_needs_no_code():
    error = InputError("my own words", key="x")
    assert error.problems[0].code == "" and str(error) == "x: my own words"
    assert Problem("my own words").code == ""


def test_an_error_of_a_reader_keeps_the_code_of_its_text():
    assert said(ValueError(coded("csv.per_cent", cell="'3%'"))).code == "csv.per_cent"
    assert said(ValueError("3", "4")) == "('3', '4')"


def test_a_long_name_is_cut_in_the_message_alone():
    problem = unknown("key", "k" * 500, ["a"], allowed="")
    assert len(problem.message) < 90 and problem.value == "k" * 500
