"""The README's examples, word for word, on a deployment of their own."""

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from support.deployments import start
from support.purge import select_prefix
from support.settings import Settings, load_settings

ROOT = Path(__file__).parents[2]


def examples(readme: str) -> str:
    return "\n".join(re.findall(r"```python\n(.*?)```", (ROOT / readme).read_text(encoding="utf-8"), re.DOTALL))


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_parts_work_alone_as_the_readme_shows(
    readme: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load_settings({"configurator_port": "auto", "replier_port": "auto"}, {})
    deployment = start(settings, tmp_path)
    try:
        (database,) = deployment.database_urls
        code = (
            examples(readme)
            .replace("http://127.0.0.1:8000", deployment.configurator_url)
            .replace("ws://127.0.0.1:8095/ws", deployment.replier_url)
            .replace("sqlite:///.servers/maimbot.db", database)
        )
        names: dict[str, Any] = {}
        exec(code, names)  # noqa: S102 - it is the README that is tested
        left = select_prefix(create_engine(database), "testuser_")
    finally:
        deployment.stop()
    assert [tenant.username for tenant in names["tenants"]] == ["testuser_anna", "testuser_ben", "testuser_eva"]
    assert [conversation.failure for conversation in names["conversations"]] == [None] * 5
    assert names["report"].users == 2
    assert not left
    assert "testuser_anna" in capsys.readouterr().out


def test_the_readme_names_every_option_and_no_other() -> None:
    table = (ROOT / "README.md").read_text(encoding="utf-8").split("## Options")[1].split("\n## ")[0]
    first_cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    assert {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)} == set(Settings.model_fields)


def test_both_readmes_have_the_same_code_in_the_same_order() -> None:
    def blocks(readme: str) -> list[str]:
        text = (ROOT / readme).read_text(encoding="utf-8")
        return [re.sub(r"\s*#.*", "", block) for block in re.findall(r"```(?:sh|python)\n(.*?)```", text, re.DOTALL)]

    assert blocks("README.md") == blocks("README.zh-CN.md")
