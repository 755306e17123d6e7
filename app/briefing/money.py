"""One way to write money in each language: CNY bn and CNY trn in English, 亿元 (0.1 bn) and 万亿元 in Chinese."""

import re

SIZES = {
    "trillion": "trn",
    "trn": "trn",
    "billion": "bn",
    "bn": "bn",
    "million": "m",
    "mn": "m",
    "m": "m",
}
"""How data write a size, and how it is shown."""
CURRENCIES = {"yuan": "CNY", "US dollars": "USD"}
IN_BILLIONS = ("bn yuan", "bn US dollars", "billion yuan", "CNY bn", "USD bn")
"""Begin the units of amounts that Chinese writes in 亿, 0.1 bn."""
MONEY = re.compile(rf"(?:([\d.,]*\d) )?\b({'|'.join(SIZES)}) ({'|'.join(CURRENCIES)})\b")


def in_english(text: str) -> str:
    """A text of the data with money as the app writes it: "bn yuan per year" is "CNY bn a year"."""

    def written(found: re.Match[str]) -> str:
        number, size, currency = found.groups()
        return " ".join(part for part in (CURRENCIES[currency], number, SIZES[size]) if part)

    shown = MONEY.sub(written, text)
    if shown != text:
        shown = shown.replace(" per year", " a year")
    return shown.replace("yuan per US dollar", "CNY per USD").replace("yuan per tonne", "CNY per tonne")


def in_hundreds_of_millions(unit: str) -> float:
    """Factor from an amount in a unit of the data to what Chinese writes: 10 for billions, 1 for anything else."""
    return 10.0 if unit.startswith(IN_BILLIONS) else 1.0


def in_sentence(size: str, unit: str) -> tuple[str, str]:
    """A size and its unit as they stand in a sentence, where the currency comes first: "CNY 217" and "bn"."""
    currency, _, rest = unit.partition(" ")
    return (f"{currency} {size}", rest) if rest and currency in CURRENCIES.values() else (size, unit)
