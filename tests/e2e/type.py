"""type.py LOG SHELL...: types the keys of standard input into the shell on a terminal of its own, and prints the line that
the command they start has added to LOG."""
import os, pty, select, sys, time

log, shell = sys.argv[1], sys.argv[2:]
keys = sys.stdin.buffer.read()
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(shell[0], shell)
seen, deadline = b"", time.monotonic() + 60
typed = False
while time.monotonic() < deadline and not (os.path.exists(log) and open(log).read().endswith("\n")):
    if select.select([terminal], [], [], 0.05)[0]:
        try:
            seen += os.read(terminal, 65536)
        except OSError:
            break
    if not typed and b"READY>" in seen:
        os.write(terminal, keys)
        typed = True
os.close(terminal)
os.waitpid(pid, 0)
if not os.path.exists(log):
    sys.exit("nothing came of it; the terminal showed: " + repr(seen.decode(errors="replace")))
print(open(log).read(), end="")
