"""``python -m example_site.demo``: the example site with all its real parts, until Ctrl-C.

Prepares the database, then starts and supervises Valkey, a language model served by llama.cpp, the
worker and the web server. All it writes is in the site's data folder.
"""

from __future__ import annotations

import argparse
import os
import socket
from pathlib import Path

from example_site.other_models import sentence
from example_site.parts import HOST, MANAGE, Demo, free_port, missing_parts
from example_site.settings import DATA_DIR
from example_site.supervisor import PartFailed, Stopped, Supervisor

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_PORT = 8000


def main() -> int:
    """Run the demo; return 0 after Ctrl-C, 1 where a part is missing or fails, 2 for a wrong port."""
    parser = argparse.ArgumentParser(
        prog="python -m example_site.demo",
        description="Start the example site with a queue, a worker and a real language model.",
    )
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="of the web site (default: %(default)s)"
    )
    port = parser.parse_args().port
    if problem := port_problem(port):
        parser.exit(2, f"{problem}\n")
    if missing := missing_parts():
        parser.exit(1, "\n".join(["The demo cannot start here.", *missing, ""]))
    try:
        run(Demo(port=port))
    except Stopped:
        say("\nEverything is stopped.")
    except PartFailed as error:
        say(f"\n{error}\n\nEverything else is stopped, too.")
        return 1
    return 0


def run(demo: Demo) -> None:
    """Start everything and watch it.

    Raises:
        Stopped, PartFailed: The two ways to end. No part runs any more.
    """
    with Supervisor(folder=ROOT, logs=DATA_DIR / "log", say=say) as supervisor:
        say("Preparing the example site. The first start takes about half a minute.\n")
        supervisor.start(demo.valkey())
        supervisor.start(demo.model())
        load = [*MANAGE, "load_example", "--migrate"]
        what_next = supervisor.run("Loading the content", load, demo.environment)
        supervisor.wait_until_ready()
        supervisor.start(demo.worker())
        supervisor.start(demo.web_server())
        supervisor.wait_until_ready()
        say(f"\nThe example site is at {demo.url}/ and its admin at {demo.url}/admin/")
        if others := sentence({**os.environ, **demo.ollama}):
            say(others)
        say(f"{what_next}\nCtrl-C stops everything. The logs are in {supervisor.logs}")
        supervisor.watch()


def port_problem(port: int) -> str | None:
    """Return why the web site cannot use the port, in a sentence that says what to do."""
    command = (
        "tox run -e demo --" if "TOX_ENV_NAME" in os.environ else "python -m example_site.demo"
    )
    advice = f"Choose another one, for example: {command} --port {free_port()}"
    with socket.socket() as probe:
        # As the web server does: a port that was in use a moment ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            return f"This user may not use port {port}. {advice}"
        except OverflowError:
            return f"{port} is not the number of a port. {advice}"
        except OSError:
            return f"Port {port} is in use. {advice}"
    return None


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
