# SPDX-License-Identifier: Apache-2.0
"""Serves a GGUF file as OpenAI-compatible chat completions on 127.0.0.1: docs/local-llm.md says how and for what.

    serve_model.py FILE.gguf PORT [THREADS [CONTEXT_TOKENS]]

Needs `pip install xllamacpp`. The model's name is the file's without .gguf. SIGTERM ends it.
"""

import pathlib
import signal
import sys

import xllamacpp

if len(sys.argv) < 3:
    sys.exit(__doc__)
file = pathlib.Path(sys.argv[1])
if not file.is_file():
    sys.exit(f"serve_model.py: there is no file {file}")
threads = int(sys.argv[3]) if len(sys.argv) > 3 else 1

settings = xllamacpp.CommonParams()
settings.model.path = str(file)
settings.model_alias = {file.stem}
settings.hostnames = ["127.0.0.1"]
settings.port = int(sys.argv[2])
settings.n_ctx = int(sys.argv[4]) if len(sys.argv) > 4 else 8192
settings.n_parallel = 1  # requests at once: the endpoint's concurrency=
settings.cpuparams.n_threads = threads
settings.cpuparams_batch.n_threads = threads
server = xllamacpp.Server(settings)
print(f"{file.stem} at {server.listening_address}/v1", flush=True)
signal.pause()
