#!/usr/bin/env python3
"""A server that answers in ways no library would: odd.py PORT-FILE [tls CERT KEY | h2 CERT KEY | proxy LOG HOST:PORT].

What it does follows from the job's ID in the path: job_drip, job_bomb and so on, see ANSWERS. It listens on a free port
of 127.0.0.1, writes it into PORT-FILE and runs until it is killed.

tls    the same, over TLS 1.1 at most
h2     HTTP/2 by hand, see serve_h2
proxy  a proxy for CONNECT that leads every tunnel to HOST:PORT ("none": to nowhere), and logs what it is told
"""
import os
import re
import socket
import ssl
import struct
import sys
import threading
import time

JOB = b'{"success":true,"job_id":"%s","status":"completed"}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def whole(body, extra=b""):
    return HEAD + extra + b"Content-Length: %d\r\n\r\n" % len(body) + body


def drip(connection, job):
    connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.05)


def drip_header(connection, job):
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def bomb(connection, job):
    connection.sendall(HEAD)
    for n in range(100000):
        connection.sendall(b"X-Bomb-%d: %s\r\n" % (n, b"b" * 1000))


def interim_bomb(connection, job):
    while True:
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100)


ANSWERS = {
    "drip": drip,
    "dripheader": drip_header,
    "bomb": bomb,
    "longline": lambda job: HEAD + b"X-Long: " + b"b" * 400000 + b"\r\n\r\n",
    "interims": interim_bomb,
    "http09": lambda job: JOB % job,
    "notahead": lambda job: b"SSH-2.0-OpenSSH_9.2\r\n",
    "headonly": lambda job: HEAD + b"Content-Length: 100\r\n\r\n",
    "halfhead": lambda job: HEAD + b"Content-Len",
    "early": lambda job: b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nx-request-id: early\r\n\r\n"
                         + whole(JOB % job, b"x-request-id: late\r\n"),
    "short": lambda job: HEAD + b"Content-Length: 1000\r\n\r\n" + JOB % job,
    "long": lambda job: whole(JOB % job) + b"surplus",
    "twolengths": lambda job: HEAD + b"Content-Length: 5\r\n" + whole(JOB % job)[len(HEAD):],
    "nolength": lambda job: HEAD + b"\r\n" + JOB % job,
    "cutchunk": lambda job: HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(JOB % job), JOB % job),
    "badchunk": lambda job: HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "trailers": lambda job: HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\nX-Sum: 1\r\n\r\n"
                            % (len(JOB % job), JOB % job),
    "badgzip": lambda job: whole(JOB % job, b"Content-Encoding: gzip\r\n"),
    "oddcoding": lambda job: whole(JOB % job, b"Content-Encoding: rot13\r\n"),
    "nothing": lambda job: b"",
    "http10": lambda job: b"HTTP/1.0 200 OK\r\n\r\n" + JOB % job,
}


def read_head(connection):
    head = b""
    while b"\r\n\r\n" not in head:
        more = connection.recv(65536)
        if not more:
            return None
        head += more
    return head


def serve(connection):
    head = read_head(connection)
    if head is None:
        return
    job = re.match(rb"GET /v1/documents/jobs/(job_(\w+)) ", head)
    answer = ANSWERS[job.group(2).decode()]
    if answer in (drip, drip_header, bomb, interim_bomb):
        answer(connection, job.group(1))
    else:
        connection.sendall(answer(job.group(1)))
    connection.shutdown(socket.SHUT_WR)


GONE = b'{"success":false,"error":{"code":"GONE","message":"No longer here"}}'
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY = 0, 1, 3, 4, 6, 7
STATUS_410 = b"\x08\x03410"  # RFC 7541: a literal value for :status, not indexed
served = 0


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise ConnectionError("closed")
        data += more
    return data


def serve_h2(connection):
    """Every job is gone (410). The first connection answers one request, then takes BREAK_AFTER more, begins to answer
    them all and breaks; with BREAK=silent it says nothing more at all; with BREAK=reset it resets each stream."""
    global served
    served += 1
    breaks, after, how = served == 1, int(os.environ.get("BREAK_AFTER", "0")), os.environ.get("BREAK", "close")
    read_exactly(connection, 24)
    connection.sendall(frame(SETTINGS, 0, 0))
    waiting, answered = [], 0
    while True:
        head = read_exactly(connection, 9)
        length, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
        stream = int.from_bytes(head[5:], "big")
        payload = read_exactly(connection, length)
        if kind == SETTINGS and not flags & 1:
            connection.sendall(frame(SETTINGS, 1, 0))
        elif kind == PING and not flags & 1:
            connection.sendall(frame(PING, 1, 0, payload))
        elif kind == GOAWAY:
            return
        elif kind != HEADERS:
            continue
        elif not breaks or after == 0 or answered == 0:
            connection.sendall(frame(HEADERS, 4, stream, STATUS_410) + frame(DATA, 1, stream, GONE))
            answered += 1
        else:
            waiting.append(stream)
        if not waiting or how == "silent" or len(waiting) < after:
            continue
        if how == "reset":
            connection.sendall(b"".join(frame(RST_STREAM, 0, s, struct.pack(">I", 2)) for s in waiting))
            waiting, breaks = [], False
            continue
        if how == "begun":
            connection.sendall(b"".join(frame(HEADERS, 4, s, STATUS_410) for s in waiting))
        return


def pump(source, target):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def proxy(log, target):
    def tunnel(connection):
        head = read_head(connection)
        if head is None:
            return
        with open(log, "ab") as out:
            out.write(head)
        if target == "none" or not head.startswith(b"CONNECT "):
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        host, port = target.rsplit(":", 1)
        onward = socket.create_connection((host, int(port)))
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=pump, args=(onward, connection), daemon=True)
        back.start()
        pump(connection, onward)
        back.join()

    return tunnel


def guarded(handler, connection, context):
    try:
        if context:
            connection = context.wrap_socket(connection, server_side=True)
        handler(connection)
    except (OSError, ConnectionError):
        pass
    finally:
        connection.close()


def main():
    port_file, mode = sys.argv[1], (sys.argv[2:] or ["plain"])
    handler, context = serve, None
    if mode[0] == "proxy":
        handler = proxy(mode[1], mode[2])
    elif mode[0] != "plain":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(mode[1], mode[2])
        if mode[0] == "h2":
            context.set_alpn_protocols(["h2"])
            handler = serve_h2
        else:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    with open(port_file + ".new", "w") as out:
        out.write(str(listener.getsockname()[1]))
    os.rename(port_file + ".new", port_file)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=guarded, args=(handler, connection, context), daemon=True).start()


main()
