"""A real name server on UDP, which answers from records that a test writes down."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

Records = Mapping[tuple[str, str], list[str]]
"""By name and type, such as ("kade.example", "TXT"): rows as in a zone file."""
_BYTES_MAX = 4_096


def _answer(query: dns.message.Message, records: Records) -> dns.message.Message:
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.RA
    question = query.question[0]
    name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
    rows = records.get((name, kind))
    if rows:
        reply.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, rows))
    elif not any(known == name or known.endswith(f".{name}") for known, _ in records):
        reply.set_rcode(dns.rcode.NXDOMAIN)
    return reply


@contextmanager
def name_server(records: Records) -> Iterator[int]:
    """Run one on 127.0.0.1; return its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                content, sender = sock.recvfrom(_BYTES_MAX)
                if not content:
                    return
                sock.sendto(_answer(dns.message.from_wire(content), records).to_wire(), sender)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port: int = sock.getsockname()[1]
        try:
            yield port
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stopping:
                stopping.sendto(b"", ("127.0.0.1", port))
            thread.join()
