"""The hidden command `register`, which writes the page docs/measures.md: every measure of the plan and how it acts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from scenarios.plan.register import Chain

HEAD = """# Measures of the plan

All {count} measures, 44 and three supporting ones, and the chain by which each acts in the model: instruments,
levers and their components, channels, the rule that reads them, indicators. Written by `lujiazui register`;
`lujiazui measures M14` shows one.
Signs, lags and strengths are judgement and enter no run; what levers do is measured by `lujiazui effects`.
Paired runs test that each measure alone moves its indicators as declared; a sign that does not show has its reason.

{levers} act through levers, {switches} as a switch of delivery, {context} is context, with its reason below.

| measure | title | acts as | levers | channels | decided by |
| --- | --- | --- | --- | --- | --- |
"""


def register(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The page to write.")] = Path("docs/measures.md"),
) -> None:
    """Write the page of measures: the chain from each clause of the plan to rule and indicator."""
    from app.terminal.output import checked_file

    checked_file(out, "--out").write_text(page(), encoding="utf-8")
    print(out)


def page() -> str:
    """The whole page."""
    from scenarios.plan.register import register as chains_of_the_plan

    chains = chains_of_the_plan()
    kinds = [each.modelled_as for each in chains]
    head = HEAD.format(
        count=len(chains), levers=kinds.count("lever"), switches=kinds.count("switch"), context=kinds.count("context")
    )
    rows = "".join(
        f"| [{each.measure.id}](#{each.measure.id.lower()}) | {each.measure.title} | {each.modelled_as} | "
        f"{', '.join(each.measure.levers) or 'none'} | {len({link.channel for link in each.links if link.channel})} | "
        f"{each.measure.authority} |\n"
        for each in chains
    )
    return head + rows + "".join(_section(each) for each in chains)


def _section(each: Chain) -> str:
    from app.commands.levers import CONTROL
    from scenarios.plan import levers

    measure = each.measure
    handles = {lever.id: CONTROL[lever.municipal_handle] for lever in levers()}
    city = "; ".join(f"{lever}: {handles[lever]}" for lever in measure.levers)
    expected = ", ".join(f"{name} {measure.direction.get(name, '?')}" for name in measure.kpis) or "none"
    facts = [
        ("task group", f"{measure.section} {measure.section_title}"),
        ("plan", measure.source),
        ("decided by", f"{measure.authority}. {measure.authority_note}" + (f" ({city})" if city else "")),
        ("mechanism", measure.mechanism),
        ("expected", f"{expected}; half of it after {measure.lag_months} months ({measure.lag_basis})"),
        *((f"{name} is open", why) for name, why in measure.sign_reasons.items()),
        *((f"{name} does not show", why) for name, why in measure.not_shown.items()),
        ("strength", f"{measure.strength}. {measure.strength_reason}"),
        ("modelled as", f"{each.modelled_as}. {measure.modelled_note}"),
        ("proof", f"`{each.test}`" if each.test else "none: context moves nothing"),
    ]
    text = f"\n## {measure.id}\n\n**{measure.title}**\n\n" + "".join(f"- {name}: {value}\n" for name, value in facts)
    homes = (".".join(filter(None, (one.lever, one.component))) for one in measure.instruments)
    instruments = "".join(f"- {one.what} ({home})\n" for one, home in zip(measure.instruments, homes, strict=True))
    text += f"\nInstruments:\n\n{instruments}"
    if each.links:
        heads = ("lever", "component", "channel", "kind", "rule", "term", "coefficient")
        text += f"\n| {' | '.join(heads)} |\n{'| --- ' * len(heads)}|\n"
        text += "".join(
            f"| {link.lever} | {link.component} | {link.channel} | {link.kind} | `{link.rule}` | {link.term} "
            f"| {link.coefficient} |\n"
            for link in each.links
        )
    return text
