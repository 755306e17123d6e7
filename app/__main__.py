"""`python -m app` is `lujiazui`."""

from app.entry import main

main()
