"""monitor.py PORT-FILE LOG [--cert FILE --key FILE] [ANSWER...]: a monitor that is pinged. Writes a line for each request to LOG,
    METHOD TARGET BODY HEADERS
with tabs between, body and headers as JSON, and gives the answers in turn, the last one for ever: a status, 302 with a
place to go, or `hang`, which never comes."""
import argparse, http.server, json, os, ssl, sys, time

arguments = argparse.ArgumentParser()
arguments.add_argument("port_file")
arguments.add_argument("log")
arguments.add_argument("--cert")
arguments.add_argument("--key")
arguments.add_argument("answers", nargs="*", default=["200"])
arguments = arguments.parse_args()
answers = arguments.answers or ["200"]


class Monitor(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        with open(arguments.log, "a") as log:
            log.write("\t".join([self.command, self.path, json.dumps(body), json.dumps(dict(self.headers))]) + "\n")
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer == "hang":
            time.sleep(600)
        self.send_response(int(answer))
        if answer == "302":
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"OK")

    do_GET = do_POST = do_CONNECT = answer

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Monitor)
server.daemon_threads = True
if arguments.cert:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(arguments.cert, arguments.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
open(arguments.log, "a").close()
with open(arguments.port_file + ".new", "w") as f:
    f.write(str(server.server_address[1]))
os.rename(arguments.port_file + ".new", arguments.port_file)
server.serve_forever()
