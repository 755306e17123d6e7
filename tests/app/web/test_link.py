"""Links: what they hold comes back, and whatever else is in them takes nothing with it."""

import base64
import zlib
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.web.desk import Desk
from app.web.link import ELSEWHERE, MOST_PARTS, READERS, link_of, read_link
from app.web.moves import Change
from tests.app.web.desks import desks

KNOWN = {*READERS, *ELSEWHERE, "file", "trigger"}
FOREIGN = st.tuples(
    st.one_of(
        st.sampled_from(["from", "utm_source", "fbclid", "presett", "lever", "isappinstalled"]),
        st.text(min_size=1, max_size=30).filter(
            lambda key: key not in KNOWN and not key.startswith(("lever.", "before."))
        ),
    ),
    st.text(max_size=40),
)


@settings(max_examples=60, deadline=None)
@given(desks())
def test_a_link_brings_back_the_whole_desk(desk):
    link = read_link(link_of(desk))
    assert link.left_out == ()
    assert link.desk == desk
    assert link.desk.scenario().content_hash() == desk.scenario().content_hash()


@settings(max_examples=60, deadline=None)
@given(desks(), st.lists(FOREIGN, max_size=4), st.randoms(use_true_random=False))
def test_what_is_foreign_in_a_link_is_named_and_takes_nothing_of_the_desk_with_it(desk, foreign, random):
    parts = [*link_of(desk).split("&"), *(urlencode([each]) for each in foreign)]
    random.shuffle(parts)
    triggers = [part for part in link_of(desk).split("&") if part.startswith("trigger=")]
    parts = [part for part in parts if not part.startswith("trigger=")] + triggers  # their order means something
    link = read_link("?" + "&".join(parts))
    assert link.desk == desk
    assert len(link.left_out) == len(foreign)
    assert read_link(link_of(link.desk)).left_out == ()


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=300),
        st.lists(
            st.tuples(
                st.sampled_from([*sorted(KNOWN), "lever.reits_pilot", "lever.", "lever.x", "kernelid"]),
                st.one_of(
                    st.text(max_size=30),
                    st.sampled_from(["", "nan", "-1", "1e999", "9" * 5000, "0.5@2022-01~12", "0.5@2022-01~9999999"]),
                    st.sampled_from(["plan", "adverse", "central", "prior_hindsight", "0.05", "24", "~~~~~~"]),
                ),
            ),
            max_size=120,
        ).map(lambda pairs: "&".join(f"{quote(k)}={quote(v, errors='replace')}" for k, v in pairs)),
    )
)
def test_no_query_is_an_error_and_what_is_left_of_it_is_a_desk(query):
    link = read_link(query)
    assert read_link(link_of(link.desk)).desk == link.desk
    assert {key for key, _ in parse_qsl(link_of(link.desk))} <= KNOWN | {
        key for key, _ in parse_qsl(link_of(link.desk)) if key.startswith(("lever.", "before."))
    }
    assert all("Traceback" not in str(problem) and "/app/" not in str(problem) for problem in link.left_out)


def test_a_link_of_more_than_a_hundred_parts_is_read_as_far_as_that():
    query = "&".join(["preset=opening", *(f"a{number}=1" for number in range(300)), "seed=7"])
    link = read_link(query)
    assert link.desk == Desk(preset="opening")
    assert link.left_out[0].allowed == f"at most {MOST_PARTS}"
    assert len(link.left_out) == MOST_PARTS


def test_a_plain_desk_is_a_plain_address():
    assert link_of(Desk()) == ""
    assert read_link("lang=zh&charts=turnover_total") == read_link("")


def test_a_link_carries_an_opened_file_with_the_choices_that_it_made():
    file = "extends: plan\nmacro: adverse\nlevers:\n  reits_pilot: 0.9\n"
    desk = Desk().opening(file).with_change("fintech_hub", Change(0.7))
    assert "macro" not in link_of(desk)
    assert read_link(link_of(desk)).desk.macro == "adverse"
    back = Desk(**{**vars(desk), "macro": "neutral"})
    assert "macro=neutral" in link_of(back)
    assert read_link(link_of(back)).desk == back


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("preset=plam", "plan"),
        ("runs=100000", "200"),
        ("runs=2", "from 8"),
        ("runs=many", "runs"),
        ("runs=", "runs"),
        ("scale=7", "0.05"),
        ("lever.reits_pilto=0.5@2022-01~12", "reits_pilot"),
        ("lever.reits_pilot=7@2022-01~12", "0 to 1"),
        ("lever.reits_pilot=nan@2022-01~12", "0 to 1"),
        ("lever.reits_pilot=0.5@2031-01~12", "2025-12"),
        ("lever.reits_pilot=0.5", "lever.reits_pilot"),
        ("lever.reits_pilot=postpone@2022-01~12", "lever.reits_pilot"),
        ("lever.reits_pilot=delay@2022-01~99", "59"),
        ("before.preset=plam", "plan"),
        ("presett=plan", "preset"),
        ("file=notbase64!", "file"),
        ("parameter_set=prior_hindsight", "realised"),
        ("trigger=foreign_bond_share~below~0.03", "trigger"),
        ("trigger=foreign_bond_share~about~0.03~6~fintech_hub~0.9~12", "trigger"),
        ("trigger=foreign_bond_share~below~nan~6~fintech_hub~0.9~12", "below"),
        ("trigger=foreign_bond_shar~below~0.03~6~fintech_hub~0.9~12", "foreign_bond_share"),
        ("trigger=foreign_bond_share~below~0.03~6~fintech_hubb~0.9~12", "fintech_hub"),
        ("trigger=foreign_bond_share~below~0.03~600~fintech_hub~0.9~12", "60"),
        ("macro=/etc/passwd.csv", "neutral"),
    ],
)
def test_a_bad_part_of_a_link_is_left_out_with_what_would_have_been_right(query, told):
    link = read_link(f"seed=5&{query}&baseline=frozen")
    assert link.desk == Desk(seed=5, baseline="frozen")
    assert told in "; ".join(str(problem) for problem in link.left_out)


def test_a_file_in_a_link_that_unpacks_without_end_is_left_out():
    bomb = base64.urlsafe_b64encode(zlib.compress(b"#" * 50_000_000, 9)).decode()
    link = read_link(f"file={bomb}&seed=5")
    assert link.desk == Desk(seed=5)
    assert "too large" in str(link.left_out[0])
