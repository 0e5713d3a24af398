"""TLS in front of a plain HTTP address, with a certificate authority made for this one run. Knows no HTTP."""

import socket
import ssl
import threading
from urllib.parse import urlsplit

import trustme


def serve(upstream, authority):
    """Writes the authority's certificate to the path `authority`; returns `localhost:PORT`, which leads to `upstream`."""
    maker = trustme.CA()
    maker.cert_pem.write_to_path(authority)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    maker.issue_cert("localhost").configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))
    to = urlsplit(upstream)
    threading.Thread(target=_accept, args=(listener, context, (to.hostname, to.port)), daemon=True).start()
    return f"localhost:{listener.getsockname()[1]}"


def _accept(listener, context, upstream):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_carry, args=(connection, context, upstream), daemon=True).start()


def _carry(connection, context, upstream):
    with context.wrap_socket(connection, server_side=True) as outside, socket.create_connection(upstream) as inside:
        back = threading.Thread(target=_copy, args=(inside, outside), daemon=True)
        back.start()
        _copy(outside, inside)
        back.join()


def _copy(source, sink):
    try:
        while part := source.recv(65536):
            sink.sendall(part)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        # Whoever hung up has what he wanted.
        pass
