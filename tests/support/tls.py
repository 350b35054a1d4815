"""Tls: the sandbox behind TLS, as vendors are, with a certificate that whoever sets SSL_CERT_FILE trusts."""
import select
import socket
import ssl
import subprocess
import threading


class Tls:
    """Passes bytes on between its port and another. `url`, `certificate`."""

    def __init__(self, folder, host, port):
        self.certificate, self.target = folder / "tls.pem", (host, port)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1", "-addext",
                        "subjectAltName=IP:127.0.0.1", "-keyout", self.certificate, "-out", folder / "tls.crt"], check=True, capture_output=True)
        with open(self.certificate, "ab") as both:
            both.write((folder / "tls.crt").read_bytes())
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.certificate)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def accept(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self.talk, args=(plain,), daemon=True).start()

    def talk(self, plain):
        """One request and its answer at a time: no two threads on one TLS connection."""
        try:
            with self.context.wrap_socket(plain, server_side=True) as near, socket.create_connection(self.target) as far:
                near.setblocking(False)
                self.exchange(near, far)
        except OSError:
            pass

    @staticmethod
    def exchange(near, far):
        while True:
            ready, _, _ = select.select([near, far], [], [])
            if near in ready:
                try:
                    while data := near.recv(65536):
                        far.sendall(data)
                    return
                except ssl.SSLWantReadError:
                    pass
            if far in ready:
                data = far.recv(65536)
                if not data:
                    return
                near.setblocking(True)
                near.sendall(data)
                near.setblocking(False)
