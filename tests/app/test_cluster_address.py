"""An address that is no scheduler's is refused within seconds, by one line."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest

import app.cluster
from app.cli import command_line
from app.cluster import expect_scheduler
from scenarios.errors import InputError


@contextmanager
def server(greeting):
    """Port of a server that greets everyone with some bytes and then says nothing more."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        held = []

        def serve():
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                held.append(connection)
                connection.sendall(greeting)

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]
        for connection in held:
            connection.close()


@pytest.mark.parametrize(
    ("greeting", "says"),
    [
        (b"", "there is no answer within"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "another program answers"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "another program answers"),
        (b"\0" * 8, "another program answers"),
    ],
)
def test_who_does_not_greet_as_a_scheduler_is_refused(monkeypatch, greeting, says):
    monkeypatch.setattr(app.cluster, "PATIENCE", 0.3)
    with server(greeting) as port, pytest.raises(InputError, match=f"no scheduler answers: {says}"):
        expect_scheduler(f"tcp://127.0.0.1:{port}")


def test_who_greets_with_a_length_is_believed():
    with server((1234).to_bytes(8, "little") + b"x" * 1234) as port:
        expect_scheduler(f"127.0.0.1:{port}")


@pytest.mark.parametrize("address", ["", "x", "tcp://", "tcp://host", "tcp://host:port", "host:99999", "tcp://:8786"])
def test_what_is_no_address_is_said_so(address):
    with pytest.raises(InputError, match="is not an address"):
        expect_scheduler(address)


def test_a_batch_at_a_web_server_ends_soon_and_keeps_nothing(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(app.cluster, "PATIENCE", 0.3)
    begun = time.perf_counter()
    with server(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        asked = ["batch", "plan", "--runs", "1", "--store", str(tmp_path / "store"), "--scheduler", f"127.0.0.1:{port}"]
        assert command_line(asked) == 2
    assert time.perf_counter() - begun < 10.0
    assert "no scheduler answers" in capsys.readouterr().err
    assert not (tmp_path / "store").exists()
