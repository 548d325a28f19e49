"""picture.py COMMAND...: an SVG of a terminal in which these commands were given to a shell, one after the other. Each runs
on a terminal of its own, and pyte, which is a terminal, tells what stands there then."""
import itertools, pathlib, re, subprocess, sys
from xml.sax.saxutils import escape

import pyte

COLUMNS, MOST_LINES = 96, 200
CELL, LINE, FONT = 8.4, 19, 14  # the pixels of a cell, across and down, and of the letters
MARGIN, TITLE = 20, 36
# What the program writes for a terminal: a colour that is not here ends the picture with an error.
COLOURS = {"default": "#e6edf3", "green": "#56d364", "brown": "#e3b341", "red": "#ff7b72"}
FAINT = "#8b949e"
pyte.graphics.TEXT[2] = "+italics"  # pyte knows no faint text; the program writes no italics


def terminal(commands):
    """The screen, with each command behind a prompt and what it wrote below it."""
    screen = pyte.Screen(COLUMNS, MOST_LINES)
    screen.set_mode(pyte.modes.LNM)
    stream = pyte.ByteStream(screen)
    run = [sys.executable, pathlib.Path(__file__).parent / "e2e/on_terminal.py", str(COLUMNS), "sh", "-c"]
    for command in commands:
        stream.feed(f"\033[2m$\033[m \033[1m{command}\033[m\n".encode())
        done = subprocess.run([*run, command], stdout=subprocess.PIPE)
        stream.feed(done.stdout + b"\n")
        if done.returncode > 1:  # 1, loose ends, is what the samples are made to have
            sys.exit("\n".join(screen.display).rstrip())
    return screen


def style(cell):
    return FAINT if cell.italics else COLOURS[cell.fg], ' font-weight="bold"' if cell.bold else ""


def spans(cells):
    """A <tspan> for each stretch of text that looks the same and has no gap in it. Each has its place and its length, so
    that columns stand whatever font the reader has, and whatever is made of blanks."""
    column = 0
    for (fill, weight), run in itertools.groupby(cells, style):
        text = "".join(cell.data for cell in run)
        for piece in re.finditer(r"\S+( \S+)*", text):
            x, length = MARGIN + (column + piece.start()) * CELL, len(piece[0]) * CELL
            yield f'<tspan x="{x:g}" textLength="{length:g}" fill="{fill}"{weight}>{escape(piece[0])}</tspan>'
        column += len(text)


def lines(screen):
    """The cells of each line, up to the last that shows something."""
    for number, text in enumerate(screen.display):
        yield [screen.buffer[number][column] for column in range(len(text.rstrip()))]


def svg(screen):
    shown = list(lines(screen))
    while not shown[-1]:
        shown.pop()
    width, height = COLUMNS * CELL + 2 * MARGIN, TITLE + len(shown) * LINE + MARGIN
    yield f"""<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}">
<rect x="0.5" y="0.5" width="{width - 1:g}" height="{height - 1:g}" rx="8" fill="#161b22" stroke="#484f58"/>
<g fill="#484f58"><circle cx="20" cy="18" r="6"/><circle cx="40" cy="18" r="6"/><circle cx="60" cy="18" r="6"/></g>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace" \
font-size="{FONT}">"""
    for number, cells in enumerate(shown):
        if cells:
            yield f'<text y="{TITLE + (number + 1) * LINE - 5}">{"".join(spans(cells))}</text>'
    yield "</g>\n</svg>"


print("\n".join(svg(terminal(sys.argv[1:]))))
