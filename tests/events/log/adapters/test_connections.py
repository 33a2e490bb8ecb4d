"""What is changed in the client's connections, with its own transport on a socket; and for which version."""

import socket
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import kafka
import pytest
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector
from kafka.net.transport import KafkaSSLTransport, KafkaTCPTransport

from events.log.adapters.kafka_connections import MADE_FOR, Connections, Sockets
from tests.processes.mails.certificate import self_signed

LARGE = bytes(range(256)) * 16_384


def test_the_client_has_the_version_whose_private_names_are_used() -> None:
    assert kafka.__version__ == MADE_FOR, (
        "kafka-python has another version. Compare _build_transport in its net/manager.py, and write,"
        " _write_to_sock and _sock_send in its net/transport.py, with what kafka_connections.py expects of"
        " them; then raise MADE_FOR. Until then IPP_KAFKA_PLAIN_CLIENT=true does without them."
    )


class Wire:
    """A transport of the client's as `Connections` gives it, and the other end of its socket."""

    def __init__(
        self,
        net: NetworkSelector,
        monkeypatch: pytest.MonkeyPatch,
        make: Callable[..., KafkaTCPTransport] = KafkaTCPTransport,
    ) -> None:
        ours, self.end = socket.socketpair()
        ours.settimeout(0)
        self.net = net
        self.lost: list[Exception | None] = []
        transport = make(net, ours)

        async def build(_manager: Any, _node: Any, timeout_at: float | None = None) -> KafkaTCPTransport:
            return transport

        monkeypatch.setattr(KafkaConnectionManager, "_build_transport", build)
        built = net.call_soon_with_future(Connections(net)._build_transport, None)
        net.poll(timeout_ms=1000, future=built)
        self.transport = built.value
        self.transport.set_protocol(self)

    _sensors = None

    def connection_lost(self, error: Exception | None) -> None:
        self.lost.append(error)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    net = NetworkSelector(selector=Sockets)
    wire = Wire(net, monkeypatch)
    yield wire
    wire.end.close()
    net.close()


def test_a_request_is_on_the_wire_when_it_was_made(wire: Wire) -> None:
    wire.transport.write(b"first")
    wire.transport.write(b"second")
    assert wire.end.recv(100) == b"firstsecond"


def test_what_the_socket_does_not_take_follows_in_its_order(wire: Wire) -> None:
    wire.transport.write(LARGE)
    wire.transport.write(b"after it")
    came = bytearray()
    while len(came) < len(LARGE) + 8:
        wire.net.poll(timeout_ms=0)
        came += wire.end.recv(65_536)
    assert came == LARGE + b"after it"
    wire.net.poll(timeout_ms=0)
    wire.transport.write(b"at once again")
    assert wire.end.recv(100) == b"at once again"


def test_over_tls_it_is_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    certificate, server = self_signed(tmp_path)
    net, came = NetworkSelector(selector=Sockets), bytearray()
    wire = Wire(net, monkeypatch, partial(KafkaSSLTransport, host="localhost", ssl_cafile=str(certificate)))

    def receive() -> None:
        with server.wrap_socket(wire.end, server_side=True, suppress_ragged_eofs=True) as end:
            while chunk := end.recv(65_536):
                came.extend(chunk)

    broker = Thread(target=receive)
    broker.start()
    net.run(wire.transport.handshake)
    wire.transport.write(b"before it")
    wire.transport.write(LARGE)
    wire.transport.write(b"after it")
    wire.transport.close()  # closes when all of it is written
    while not wire.lost:
        net.poll(timeout_ms=100)
    broker.join(20)
    net.close()
    assert came == b"before it" + LARGE + b"after it"


def test_a_broken_connection_is_lost_in_the_next_turn_and_not_while_it_is_written_to(wire: Wire) -> None:
    wire.end.close()
    wire.transport.write(b"nobody reads this")
    assert wire.lost == []
    wire.net.poll(timeout_ms=0)
    (error,) = wire.lost
    assert isinstance(error, kafka.errors.KafkaConnectionError)


def test_a_socket_is_known_as_long_as_it_is_registered() -> None:
    ours, end = socket.socketpair()
    sockets = Sockets()
    with ours, end:
        with pytest.raises(KeyError):
            sockets.get_key(ours)
        sockets.register(ours, 1, "one")
        assert sockets.get_key(ours).data == "one"
        sockets.modify(ours, 3, "two")
        assert (sockets.get_key(ours).data, sockets.get_key(ours).events) == ("two", 3)
        sockets.unregister(ours)
        with pytest.raises(KeyError):
            sockets.get_key(ours)
    sockets.close()
