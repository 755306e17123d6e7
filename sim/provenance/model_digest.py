"""The digest of the model: of the code that runs and the data that it reads, and of nothing that changes no result."""

import hashlib
import io
import tokenize
from functools import cache

from sim.provenance.loaded_code import watched

BEGINS_A_LINE = {tokenize.ENCODING, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}


@cache
def model_digest() -> str:
    """Digest of everything that decides the result of a run: code and data of the model, 16 hex digits.

    It is of the files as they were when the model was imported. Comments, docstrings and empty lines are left out.
    """
    digest = hashlib.blake2b(digest_size=8)
    for name, (content, _) in sorted(watched().files.items()):
        digest.update(name.encode() + b"\0" + (code_alone(content) if name.endswith(".py") else content) + b"\0")
    return digest.hexdigest()


def code_alone(source: bytes) -> bytes:
    """Source of a module without comments, docstrings, other strings that are statements, and empty lines."""
    try:
        tokens = [token for token in tokenize.tokenize(io.BytesIO(source).readline) if token.type != tokenize.NL]
        lines = source.decode(tokens[0].string).split("\n")
    except (SyntaxError, tokenize.TokenError, UnicodeDecodeError):
        return source  # text that is no code is used unchanged
    code = [token for token in tokens if token.type != tokenize.COMMENT]
    dropped = {
        token.start: token.end
        for before, token, after in zip(code, code[1:], code[2:], strict=False)
        if token.type == tokenize.STRING and before.type in BEGINS_A_LINE and after.type == tokenize.NEWLINE
    }
    inside_strings: set[int] = set()
    for token in tokens:
        if token.type == tokenize.COMMENT:
            dropped[token.start] = token.end
        elif token.start not in dropped and token.type != tokenize.NEWLINE:
            inside_strings.update(range(token.start[0], token.end[0]))
    kept: list[str | None] = [*lines]
    for (first, start), (last, end) in sorted(dropped.items(), reverse=True):
        left = f"{(kept[first - 1] or '')[:start]}{(kept[last - 1] or '')[end:]}".rstrip()
        kept[first - 1 : last] = [left, *[None] * (last - first)]
    return "\n".join(
        line if number in inside_strings else line.rstrip()
        for number, line in enumerate(kept, start=1)
        if line is not None and (line.strip() or number in inside_strings)
    ).encode()
