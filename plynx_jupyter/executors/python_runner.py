"""The program in which a Python script runs: ``python python_runner.py SCRIPT VALUES FAILURE``.

Only the standard library. What the script raises is printed as Python would, without the frames of this
program, and written to FAILURE as JSON (``message``, ``traceback``).
"""

import json
import os
import pickle
import sys
import traceback
import types

_MESSAGE_CHARACTERS = 4000
_TRACEBACK_CHARACTERS = 64000
_OLDER = {"input": "inputs", "output": "outputs", "param": "params"}


def main() -> None:
    """Run the script as the main program."""
    script, values, failure = sys.argv[1:4]
    with open(values, "rb") as stream:  # noqa: PTH123
        names = pickle.load(stream)  # noqa: S301 - written by the worker that started us
    names.update({older: names[name] for older, name in _OLDER.items()})
    sys.argv = [script]
    sys.path[0] = os.path.dirname(script)  # noqa: PTH120 - as with ``python script``
    program = types.ModuleType("__main__")
    program.__dict__.update(names, __file__=script, __builtins__=__builtins__)
    sys.modules["__main__"] = program
    try:
        with open(script, "rb") as stream:  # noqa: PTH123
            code = compile(stream.read(), script, "exec", dont_inherit=True)
        exec(code, program.__dict__)  # noqa: S102 - our purpose
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - told, then the exit status says it
        _tell(error, failure)
        sys.stdout.flush()
        os.environ.pop("PYTHONINSPECT", None)
        sys.exit(130 if isinstance(error, KeyboardInterrupt) else 1)


def _tell(error: BaseException, failure: str) -> None:
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    text = "".join(traceback.format_exception(type(error), error, trace))
    sys.stderr.write(text)
    message = "".join(traceback.format_exception_only(type(error), error)).strip()
    told = {"message": message[:_MESSAGE_CHARACTERS], "traceback": text[-_TRACEBACK_CHARACTERS:]}
    with open(failure, "w", encoding="utf-8", errors="backslashreplace") as stream:  # noqa: PTH123
        json.dump(told, stream)


if __name__ == "__main__":
    main()
