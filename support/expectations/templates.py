"""What must hold of the catalogue of templates. A template here is what the wire says of it."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from support.configurator import Agent, Tenant
from support.expectations import expect
from support.reporting import Inconclusive

Catalogue = Sequence[Mapping[str, Any]]

# What changes with use, and not with the template.
_OF_USE = {"usage_count", "updated_at"}
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def holds(catalogue: Catalogue, rows: Iterable[Mapping[str, str]]) -> None:
    """The catalogue holds a template for each row (template, name, category)."""
    shown = {each["template_id"]: (each["name"], each["category"]) for each in catalogue}
    for row in rows:
        expected = (row["name"], row["category"])
        seen = shown.get(row["template"])
        expect(seen == expected, f"The catalogue shows {seen} as {row['template']}; expected {expected}.")


def are_themselves(catalogue: Catalogue) -> None:
    """Every id, name and persona is there and belongs to one template."""
    for name in ("template_id", "name", "persona"):
        values = [str(each[name] or "").strip() for each in catalogue]
        repeated = [value[:40] for value, count in Counter(values).items() if count > 1 or not value]
        expect(not repeated, f"Templates share or lack a {name}: {repeated}; expected one of its own for each.")


def are_chinese(catalogue: Catalogue) -> None:
    """Most of each persona is written in Chinese characters."""
    for each in catalogue:
        share = len(_CHINESE.findall(each["persona"])) / max(len(each["persona"]), 1)
        expect(share > 0.5, f"{share:.0%} of the persona of {each['template_id']} is Chinese; expected most of it.")


def are_exactly(templates: Catalogue, expected: Catalogue) -> None:
    """These are the expected templates, all that is told of them included, in whatever order."""
    shown, wanted = _by_id(templates), _by_id(expected)
    expect(
        len(templates) == len(shown) and shown.keys() == wanted.keys(),
        f"The templates are {sorted(each['template_id'] for each in templates)}; expected {sorted(wanted)}.",
    )
    for template_id, template in wanted.items():
        wrong = sorted(name for name in template if shown[template_id].get(name) != template[name])
        expect(not wrong, f"{template_id} differs in {', '.join(wrong)}; expected what the catalogue says.")


def none_is_offered(inactive: Catalogue, catalogue: Catalogue) -> None:
    """No template that is not active stands in the catalogue."""
    both = sorted(_by_id(inactive).keys() & _by_id(catalogue).keys())
    expect(not both, f"{', '.join(both)} are told to be not active; expected none of those that the catalogue offers.")


def _by_id(templates: Catalogue) -> dict[str, dict[str, Any]]:
    return {
        each["template_id"]: {name: value for name, value in each.items() if name not in _OF_USE} for each in templates
    }


def tells_nothing_of(catalogue: Catalogue, tenant: Tenant, agent: Agent) -> None:
    """Neither an id nor a name nor a secret of the tenant stands anywhere in the catalogue."""
    text = json.dumps(catalogue, ensure_ascii=False)
    own = {"agent id": agent.agent_id} | {
        name.replace("_", " "): getattr(tenant, name)
        for name in ("tenant_id", "user_id", "username", "api_key", "access_token")
    }
    told = [what for what, value in own.items() if value in text]
    expect(not told, f"The catalogue tells the {', '.join(told)} of a tenant; expected nothing of any tenant.")


def used(before: Catalogue, after: Catalogue, expected: Mapping[str, int], *, alone: bool) -> None:
    """Templates were used so often between two readings; inconclusive where others may use them, too."""
    counts = {each["template_id"]: each["usage_count"] for each in before}
    seen = {each["template_id"]: each["usage_count"] - counts[each["template_id"]] for each in after}
    wrong = any(count != expected.get(name, 0) for name, count in seen.items())
    if wrong and not alone and all(seen[name] >= count for name, count in expected.items()):
        raise Inconclusive(f"Others use the deployment at the same time: beyond {expected} templates were used {seen}.")
    grown = {name: count for name, count in seen.items() if count}
    expect(not wrong, f"By their counts templates were used so often: {grown}; expected {dict(expected)}.")
