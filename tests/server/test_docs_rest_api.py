"""The commands in docs/rest-api.md do what the page says."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.server.conftest import TOKEN

PAGE = Path(__file__).parents[2] / "docs" / "rest-api.md"


def test_the_commands_of_the_page_work_one_after_the_other(server, tmp_path):
    tested = PAGE.read_text().partition("<!-- tested:")[2].partition("<!-- end of what is tested -->")[0]
    script = "\n".join(re.findall(r"```bash\n(.*?)```", tested, re.DOTALL))
    assert script.count("curl") > 10
    script = script.replace("http://localhost:8888/plynx/api/v0", server.url.rstrip("/")).replace(
        "my-token", TOKEN
    )
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert '"FAILED"' not in done.stdout
    assert '"text/plain": "3\\n"' in done.stdout
    assert '"differs": true' in done.stdout
    plan = re.search(r'\{"status": "SUCCESS", "nodes": \[.*?\]\}', done.stdout)
    assert plan
    assert '"action": "run"' in plan[0]
