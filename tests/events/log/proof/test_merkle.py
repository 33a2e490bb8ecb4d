"""Merkle trees are those of RFC 9162: roots of the known test vectors, and every path of every small tree."""

from hashlib import sha256

import pytest

from events.log.proof.merkle import leaf_hash, path_of, root_from, root_of

# The leaves and roots that implementations of Certificate Transparency are tested with.
LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHED = [leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_known_vectors(size: int) -> None:
    assert root_of(HASHED[:size]).hex() == ROOTS[size - 1]


def test_a_tree_without_leaves_has_the_hash_of_nothing() -> None:
    assert root_of([]) == sha256(b"").digest()


@pytest.mark.parametrize("size", range(1, 20))
def test_the_path_of_every_leaf_leads_to_the_root_and_of_no_other_place(size: int) -> None:
    leaves = [leaf_hash(str(number).encode()) for number in range(size)]
    root = root_of(leaves)
    for index in range(size):
        path = path_of(leaves, index)
        found = [root_from(leaves[index], index=at, size=size, path=path) for at in range(size)]
        assert [at for at, reached in enumerate(found) if reached == root] == [index]


def test_a_path_that_no_such_tree_has_leads_nowhere() -> None:
    leaves = HASHED[:5]
    path = path_of(leaves, 2)
    assert root_from(leaves[2], index=2, size=5, path=path[:-1]) is None
    assert root_from(leaves[2], index=5, size=5, path=path) is None
    assert root_from(leaves[0], index=0, size=1, path=path) is None
    assert root_from(leaves[2], index=2, size=4, path=path) != root_of(leaves)
