"""An immutable, hashable mapping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping


class FrozenMapping[K, V](Mapping[K, V]):
    """A mapping that cannot change, so that its owner can be frozen, hashed, copied and pickled."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[K, V] | Iterable[tuple[K, V]] = ()) -> None:
        self._items = dict(items)

    def __getitem__(self, key: K) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)
