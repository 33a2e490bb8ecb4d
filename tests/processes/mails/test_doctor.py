"""`python -m processes doctor` against a real mail server and a real name server."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kit.settings import SettingsError
from processes.__main__ import app, main
from tests.processes.mails.certificate import self_signed
from tests.processes.mails.mail_server import MailServer, free_port, mail_server
from tests.processes.mails.name_server import Records, name_server

SENDER = "feedback@kade.example"
RIGHT: Records = {
    ("kade.example", "MX"): ["10 mx.kade.example."],
    ("kade.example", "TXT"): ['"v=spf1 ip4:127.0.0.0/8 -all"'],
    ("ipp1._domainkey.kade.example", "TXT"): ['"v=DKIM1; k=rsa; p=MIIB" "IjAN"'],
    ("_dmarc.kade.example", "TXT"): ['"v=DMARC1; p=reject"'],
    ("localhost", "A"): ["127.0.0.1"],
}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    return self_signed(tmp_path_factory.mktemp("tls"))


class Settings:
    """The settings of the environment, as one test has them."""

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path) -> None:
        self._patch = patch
        self.folder = folder
        password = folder / "password"
        password.write_text("right\n")
        self.set(host="localhost", user="ipp", password_file=str(password), security="starttls", from_=SENDER)
        patch.setenv("IPP_PUBLIC_URL", "https://ipp.example")
        patch.setenv("IPP_MAIL_DKIM_SELECTOR", "ipp1")

    def set(self, **values: str) -> None:
        for name, value in values.items():
            prefix = "IPP_MAIL_" if name == "from_" else "IPP_SMTP_"
            self._patch.setenv(prefix + name.rstrip("_").upper(), value)

    def env(self, name: str, value: str) -> None:
        self._patch.setenv(name, value)


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    return Settings(monkeypatch, tmp_path)


@pytest.fixture
def server(certificate: tuple[Path, ssl.SSLContext], settings: Settings) -> Iterator[MailServer]:
    public, context = certificate
    settings.env("SSL_CERT_FILE", str(public))
    with mail_server(tls=context) as running:
        settings.set(port=str(running.server.port))
        yield running


def examined(records: Records | None = None) -> Result:
    with name_server(RIGHT if records is None else records) as port:
        return CliRunner().invoke(app, ["doctor", "--dns", f"127.0.0.1:{port}"])


def wrong(result: Result) -> list[str]:
    return [line for line in result.output.splitlines() if line.startswith("WRONG")]


def changed(**rows: list[str] | None) -> Records:
    """Return RIGHT with other rows: mx, spf, dkim, dmarc; None leaves a record out."""
    keys = dict(zip(("mx", "spf", "dkim", "dmarc"), RIGHT, strict=False))
    return {key: found for name, key in keys.items() if (found := rows.get(name, RIGHT[key])) is not None} | {
        ("www.kade.example", "A"): ["192.0.2.1"],
        ("localhost", "A"): ["127.0.0.1"],
    }


def test_settings_that_are_right_are_good_throughout_and_no_mail_is_sent(server: MailServer) -> None:
    result = examined()
    assert (result.exit_code, wrong(result)) == (0, [])
    assert [line[:5] for line in result.output.splitlines()] == ["good "] * 7
    assert server.taken == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"user": "other"}, "refuses the user other (it answers 535)"),
        ({"host": "127.0.0.1"}, "certificate of the mail server"),
        ({"security": "tls"}, "No encrypted connection"),
    ],
)
def test_what_the_server_refuses_is_said_with_what_to_do(
    server: MailServer, settings: Settings, values: dict[str, str], said: str
) -> None:
    settings.set(**values)
    result = examined()
    (line,) = wrong(result)
    assert result.exit_code == 1
    assert said in line
    assert "IPP_SMTP_" in line or "issuer" in line
    assert "right" not in result.output.split("WRONG")[1].splitlines()[0], "no password in any line"


def test_a_certificate_that_nobody_trusts_is_wrong(
    certificate: tuple[Path, ssl.SSLContext], settings: Settings
) -> None:
    with mail_server(tls=certificate[1]) as running:
        settings.set(port=str(running.server.port))
        (line,) = wrong(examined())
    assert "is not accepted" in line


def test_a_server_that_is_not_there_is_wrong_and_the_domain_is_checked_all_the_same(
    settings: Settings,
) -> None:
    settings.set(port=str(free_port()))
    result = examined()
    (line,) = wrong(result)
    assert "can't be reached (ConnectionRefusedError)" in line
    assert "good  There is a DKIM key" in result.output


@pytest.mark.parametrize(
    ("user", "security", "said"),
    [("", "starttls", "offers no STARTTLS"), ("ipp", "none", "offers no login")],
)
def test_a_server_without_what_is_set_is_wrong(
    settings: Settings, user: str, security: str, said: str
) -> None:
    with mail_server() as running:
        settings.set(port=str(running.server.port), user=user, security=security)
        (line,) = wrong(examined())
    assert said in line


def test_without_encryption_it_says_what_can_be_read(settings: Settings) -> None:
    with mail_server() as running:
        settings.set(port=str(running.server.port), user="", security="none")
        result = examined()
    assert result.exit_code == 0
    assert "note  The mail server at localhost" in result.output
    assert "everybody can read the codes" in result.output


def test_a_sender_that_the_server_does_not_take_is_wrong(server: MailServer) -> None:
    server.senders_refused.add(SENDER)
    (line,) = wrong(examined())
    assert f"takes no mail from {SENDER} (it answers 550)" in line


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ({("other.example", "A"): ["192.0.2.1"]}, "DNS has no domain kade.example"),
        (changed(mx=["0 ."]), "takes no mail (MX is a dot)"),
        (changed(mx=None), "can't take mail"),
        (changed(spf=['"v=spf1 -all"', '"v=spf1 +all"']), "is there 2 times"),
        (changed(spf=['"v=spf1 ipv4:127.0.0.1 -all"']), "is no part of SPF"),
        (changed(spf=['"v=spf1 include:none.example -all"']), "is not there"),
        (changed(dkim=None), "There is no DKIM key at ipp1._domainkey.kade.example"),
        (changed(dkim=['"v=DKIM1; p="']), "is withdrawn"),
    ],
)
def test_what_keeps_mails_from_arriving_is_wrong(server: MailServer, records: Records, said: str) -> None:
    result = examined(records)
    assert result.exit_code == 1
    assert [said in line for line in wrong(result)] == [True], result.output


def test_dmarc_that_rejects_needs_spf_or_dkim(server: MailServer) -> None:
    neither = {"spf": ['"v=spf1 ip4:192.0.2.1 -all"'], "dkim": None}
    assert any("DMARC of kade.example (p=reject)" in line for line in wrong(examined(changed(**neither))))
    neither_nor = wrong(examined(changed(**neither, dmarc=None)))
    assert any("passes neither SPF nor DKIM" in line for line in neither_nor)
    for one in ({"dkim": None}, {"spf": None}):
        assert not any("DMARC" in line for line in wrong(examined(changed(**one))))


def test_dmarc_of_the_domain_above_counts_for_one_below(server: MailServer, settings: Settings) -> None:
    settings.set(from_="feedback@mail.kade.example")
    records = {
        ("mail.kade.example", "MX"): ["10 mx.kade.example."],
        ("mail.kade.example", "TXT"): ['"v=spf1 ip4:127.0.0.1 ip6:::1 -all"'],
        ("_dmarc.kade.example", "TXT"): ['"v=DMARC1; p=none; sp=quarantine"'],
        ("localhost", "A"): ["127.0.0.1"],
    }
    settings.env("IPP_MAIL_DKIM_SELECTOR", "")
    result = examined(records)
    assert result.exit_code == 0
    assert "good  DMARC of kade.example (p=quarantine) is met" in result.output


@pytest.mark.parametrize(
    ("record", "listed"),
    [
        ("ip4:127.0.0.1 -all", True),
        ("ip4:127.0.0.0/8 ~all", True),
        ("-ip4:127.0.0.1 +all", False),
        ("?all", False),
        ("a:mail.kade.example -all", True),
        ("a:near.kade.example/24 -all", True),
        ("a:near.kade.example -all", False),
        ("a/8 -all", False),
        ("mx -all", True),
        ("include:spf.provider.example -all", True),
        ("include:other.example -all", False),
        ("redirect=spf.provider.example", True),
        ("exists:%{i}.kade.example ip4:127.0.0.1 -all", True),
    ],
)
def test_spf_is_read_as_receivers_read_it(
    server: MailServer, settings: Settings, record: str, *, listed: bool
) -> None:
    settings.set(host="127.0.0.1")
    more = {
        ("mx.kade.example", "A"): ["127.0.0.1"],
        ("mail.kade.example", "A"): ["127.0.0.1"],
        ("near.kade.example", "A"): ["127.0.0.9"],
        ("spf.provider.example", "TXT"): ['"v=spf1 ip4:127.0.0.1 -all"'],
        ("other.example", "TXT"): ['"v=spf1 ip4:192.0.2.7 -all"'],
    }
    result = examined({**changed(spf=[f'"v=spf1 {record}"']), **more})
    said = "lists the mail server" if listed else "does not list all addresses"
    assert said in result.output


def test_a_part_of_spf_that_only_receivers_can_judge_is_said(server: MailServer, settings: Settings) -> None:
    settings.set(host="127.0.0.1")
    result = examined(changed(spf=['"v=spf1 exists:%{i}._spf.kade.example -all"']))
    assert "parts that only a receiver can judge" in result.output


def test_spf_that_needs_too_many_look_ups_is_wrong(server: MailServer, settings: Settings) -> None:
    settings.set(host="127.0.0.1")
    result = examined(changed(spf=['"v=spf1 include:kade.example -all"']))
    assert any("more than 10 look-ups" in line for line in wrong(result))


def test_a_selector_that_is_not_set_is_said(server: MailServer, settings: Settings) -> None:
    settings.env("IPP_MAIL_DKIM_SELECTOR", "")
    result = examined()
    assert result.exit_code == 0
    assert "note  DKIM was not checked, because IPP_MAIL_DKIM_SELECTOR is not set" in result.output


def test_without_dns_the_server_is_checked_and_the_rest_is_said(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processes.mails.domain_names.ANSWER_S_MAX", 0.3)
    result = CliRunner().invoke(app, ["doctor", "--dns", f"127.0.0.1:{free_port()}"])
    assert result.exit_code == 0
    assert "good  The mail server takes mail from" in result.output
    assert "note  DNS does not answer" in result.output


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"host": ""}, "IPP_SMTP_HOST"),
        ({"from_": "nobody"}, "IPP_MAIL_FROM"),
        ({"password_file": "/none"}, "IPP_SMTP_PASSWORD_FILE"),
    ],
)
def test_settings_that_are_not_right_are_one_sentence(
    settings: Settings, values: dict[str, str], said: str
) -> None:
    settings.set(**values)
    result = CliRunner().invoke(app, ["doctor"])
    assert isinstance(result.exception, SettingsError)
    assert said in str(result.exception)


def test_settings_that_are_missing_end_with_status_2_and_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["processes", "doctor"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == "This process needs IPP_SMTP_HOST, IPP_MAIL_FROM.\n"
