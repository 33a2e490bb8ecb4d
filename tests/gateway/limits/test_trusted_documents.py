"""Where documents are listed, nothing else is executed; where they are not, an id means nothing."""

import asyncio
import hashlib
import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from gateway.limits.trusted_documents import TrustedDocumentsError, read_trusted_documents
from tests.gateway.harness import Harness

TEXT = "query Name { __typename }"
ID = hashlib.sha256(TEXT.encode()).hexdigest()


@pytest.fixture
def strict(harness: Harness) -> Harness:
    harness.limit(trusted_documents={ID: TEXT})
    return harness


def answer(harness: Harness, body: dict[str, object]) -> tuple[int, object]:
    response = asyncio.run(harness.send(json=body, headers=harness.headers("owner")))
    said = response.json()
    return response.status_code, said.get("data") or said["errors"][0]


def test_a_document_is_executed_by_its_id(strict: Harness) -> None:
    assert answer(strict, {"documentId": ID}) == (200, {"__typename": "Query"})


@pytest.mark.parametrize("query", [TEXT, "{ __schema { types { name } } }", "", 1])
@pytest.mark.parametrize("more", [{}, {"documentId": ID}])
def test_any_text_is_refused_even_that_of_a_known_document(
    strict: Harness, query: object, more: dict[str, object]
) -> None:
    status, error = answer(strict, {"query": query, **more})
    assert status == 400
    assert error["extensions"]["code"] == "BAD_REQUEST"  # type: ignore[index]


def test_the_refusal_says_what_to_send(strict: Harness) -> None:
    assert "documentId" in str(answer(strict, {"query": TEXT}))


@pytest.mark.parametrize("name", ["0" * 64, "", None, 1, ["x"], ID.upper()])
def test_an_id_that_is_not_listed_is_refused(strict: Harness, name: object) -> None:
    assert answer(strict, {"documentId": name})[0] == 400


def test_without_a_list_an_id_is_refused_and_text_executed(harness: Harness) -> None:
    assert answer(harness, {"documentId": ID})[0] == 400
    assert answer(harness, {"query": TEXT})[0] == 200


def test_the_same_holds_over_a_web_socket(strict: Harness) -> None:
    with TestClient(strict.endpoint).websocket_connect(
        "/graphql", subprotocols=["graphql-transport-ws"], headers=strict.headers("owner")
    ) as socket:
        socket.send_json({"type": "connection_init"})
        assert socket.receive_json()["type"] == "connection_ack"
        socket.send_json({"id": "1", "type": "subscribe", "payload": {"query": TEXT}})
        refused = socket.receive_json()
        assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "BAD_REQUEST")
        socket.send_json({"id": "2", "type": "subscribe", "payload": {"documentId": ID}})
        assert socket.receive_json()["payload"] == {"data": {"__typename": "Query"}}


def test_a_file_or_a_folder_of_files_is_read(tmp_path: Path) -> None:
    other = "{ viewer { roles } }"
    other_id = hashlib.sha256(other.encode()).hexdigest()
    (tmp_path / "a.json").write_text(json.dumps({ID: TEXT}))
    (tmp_path / "b.json").write_text(json.dumps({other_id: other}))
    assert read_trusted_documents(tmp_path / "a.json") == {ID: TEXT}
    assert read_trusted_documents(tmp_path) == {ID: TEXT, other_id: other}


@pytest.mark.parametrize("content", ["", "[]", '{"a": 1}', json.dumps({"0" * 64: TEXT})])
def test_a_list_that_is_not_right_stops_the_start(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(TrustedDocumentsError):
        read_trusted_documents(tmp_path)


def test_an_empty_folder_or_none_stops_the_start(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(TrustedDocumentsError):
            read_trusted_documents(path)
