# SPDX-License-Identifier: Apache-2.0
"""Runs in the interpreter that atoll keeps warm: imports once, forks for each candidate, runs it, leaves its numbers.

Started as: python3 -s -S -B -c TEXT CHANNEL CONFIG LIBRARY. Everything after atoll_cell_seal() happens in a process that
belongs to the candidate: nothing it says or writes is believed, its numbers are judged elsewhere.
"""
import sys

sys.path[:] = [path for path in sys.path if path]
import ctypes
import gc
import linecache
import os
import random
import site
import traceback
import types

sys.path += [path for path in site.getsitepackages() if path not in sys.path and os.path.isdir(path)]
try:
    import numpy
    import numpy.linalg
    import numpy.random
except ImportError:
    numpy = None

EXCEPTION, MEMORY, SYNTAX, NO_FUNCTION, NO_NUMBERS = 101, 102, 103, 104, 105
PRINTED_FRAMES = 12
sealed = False


def end(code):
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            pass
    os._exit(code)


def describe(error, program):
    """The traceback from the candidate's first line on."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename != program:
        frames = frames.tb_next
    traceback.print_exception(type(error), error, frames, limit=-PRINTED_FRAMES)


def run(program, adapter, result):
    with open(adapter, "rb") as file:
        adapter_names = {"__name__": "adapter"}
        exec(compile(file.read(), adapter, "exec"), adapter_names)
    with open(program, "rb") as file:
        text = file.read()
    random.seed(0)
    if numpy is not None:
        numpy.random.seed(0)
    lines = text.decode("utf-8", "replace").splitlines(True)
    sys.path.insert(0, os.path.dirname(os.path.abspath(program)))  # a program of several files
    linecache.cache[program] = (len(text), None, lines, program)
    global sealed
    sealed = True
    cell.atoll_cell_seal()
    try:
        code = compile(text, program, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        describe(error, program)
        end(SYNTAX)
    module = types.ModuleType("program")
    module.__file__ = program
    sys.modules["program"] = module
    sys.argv[:] = [program]
    try:
        exec(code, module.__dict__)
        numbers = adapter_names["result_of"](module)
    except MemoryError:
        sys.stderr.write("MemoryError\n")
        end(MEMORY)
    except SystemExit:
        sys.stderr.write("the program called exit and left no result\n")
        end(EXCEPTION)
    except adapter_names.get("NoFunction", ()) as error:
        sys.stderr.write("%s\n" % error)
        end(NO_FUNCTION)
    except adapter_names.get("NoNumbers", ()) as error:
        sys.stderr.write("%s\n" % error)
        end(NO_NUMBERS)
    except BaseException as error:
        describe(error, program)
        end(EXCEPTION)
    file = os.open(result, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    while numbers:
        numbers = numbers[os.write(file, numbers) :]
    end(0)


def main():
    channel, config, library = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    global cell
    cell = ctypes.PyDLL(library)
    cell.atoll_cell_word.restype = ctypes.c_char_p
    if cell.atoll_cell_open(config, channel) != 0:
        sys.exit("the warden's configuration can not be read")
    gc.collect()
    gc.freeze()
    if cell.atoll_cell_wait() != 1:
        os._exit(0)
    # in a keeper: the child goes on, the keeper stays in the library to the end
    try:
        child = os.fork()
    except OSError:
        child = -1
    if child != 0:
        cell.atoll_cell_keep(child)
    cell.atoll_cell_enter()
    try:
        words = [os.fsdecode(cell.atoll_cell_word(index)) for index in range(3)]
        run(*words)
    except BaseException as error:
        if not sealed:
            cell.atoll_cell_fail(("driver: %s" % error).encode()[:31], 0)
        traceback.print_exc()
        end(EXCEPTION)


main()
