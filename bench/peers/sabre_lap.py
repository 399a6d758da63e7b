"""Plays sessions with Sabre: python3 sabre_lap.py <sabre.py> <arguments for it>; a line asks for a number of them.

Sabre is compiled once and its files are parsed once, so that only sessions are timed.
"""
import contextlib
import io
import json
import re
import sys
import time

script, arguments = sys.argv[1], sys.argv[2:]
with open(script) as source:
    program = compile(source.read(), script, 'exec')
parsed = {}
parse = json.load


def parse_once(file):
    if file.name not in parsed:
        parsed[file.name] = parse(file)
    return parsed[file.name]


json.load = parse_once
sys.argv = [script] + arguments


def play():
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(program, {'__name__': '__main__'})
    figures = dict(re.findall(r'^(.*): (.*)$', printed.getvalue(), re.M))
    played, stalled = float(figures['total played bitrate']), float(figures['total rebuffer'])
    return '%.0f/%.3f' % (played, stalled)


print_line = sys.stdout
for line in sys.stdin:
    before = time.process_time()
    for _ in range(int(line)):
        result = play()
    seconds = time.process_time() - before
    print(json.dumps({'cpuSeconds': seconds, 'hash': result}), file=print_line, flush=True)
