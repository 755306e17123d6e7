"""Quality on points held back, as the page Experiments shows it."""

import pytest
import solara

from app.web import swept
from app.web.words import Words
from sim.experiments.held_back import BoxHeldBack

SHARES = {"density": 0.95, "coverage": 0.78, "mass": 0.22}


@pytest.fixture
def shown(monkeypatch):
    """Tables and lines of the page."""

    def show(unseen, language):
        tables, lines = [], []
        monkeypatch.setattr(swept, "Table", lambda **told: tables.append(told))

        @solara.component
        def Page():
            swept._quality(SHARES, unseen, Words(language))

        box, context = solara.render(solara.Column(children=[Page()]), handle_error=False)

        def walk(widget):
            for child in getattr(widget, "children", ()):
                if isinstance(child, str):
                    lines.append(child)
                else:
                    walk(child)

        walk(box)
        context.close()
        return tables, " ".join(lines)

    return show


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("held back", "200 points", "400 runs")), ("zh", ("留出检验", "200个点", "400次运行"))],
)
def test_shares_of_the_box_stand_beside_those_on_points_held_back(shown, language, words):
    tables, lines = shown(BoxHeldBack(200, 54, 2, 36, 33), language)
    density, coverage, base = tables[0]["rows"]
    ends = {"en": "78% to 97%", "zh": "78%至97%"}[language]
    assert density[1:] == ["95%", "92%", ends, "36"]
    assert coverage[1:3] == ["78%", "61%"] and coverage[4] == "54"
    assert base[1] == "27%" and base[4] == "200"
    assert words[0] in tables[0]["title"] and all(each in lines for each in words[1:])


@pytest.mark.parametrize(("language", "words"), [("en", "cannot be stated: only 6 points"), ("zh", "仅有6个点")])
def test_too_few_points_have_no_table(shown, language, words):
    tables, lines = shown(BoxHeldBack(40, 6, 1, None, None), language)
    assert tables == [] and words in lines
