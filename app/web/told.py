"""Messages to the user, each beside the controls it is about."""

import solara

from app.web import session


@solara.component
def Told(place: session.Place) -> None:
    """The error and the notice that belong to a place of the page, if there are any."""
    for said, role, style in ((session.message.value, "alert", "lj-bad"), (session.notice.value, "note", "lj-note")):
        if said.text and said.place == place:
            lines = [solara.Div(children=[line]) for line in said.text.splitlines()]
            solara.Div(classes=[style, f"lj-told-{place}"], children=lines, attributes={"role": role})
