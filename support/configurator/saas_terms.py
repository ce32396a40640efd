"""Dialect saas in terms of v1, and the other way round: agents, tenants, refusals (contract: saas)."""

import copy
import json
from collections.abc import Mapping
from typing import Any

import requests

from support.configurator.client import UnexpectedAnswer
from support.configurator.records import Template
from support.masking import mask

Json = dict[str, Any]

# There is no catalogue: what a template of the suite's themes stands for is given with each agent.
TEMPLATES = (
    Template("caring_friend", "贴心朋友", "general", "你是一位贴心的朋友，温柔体贴，善于倾听。"),
    Template("creative_companion", "创意伙伴", "entertainment", "你是一位富有想象力的创意伙伴，思维跳跃。"),
    Template("efficient_helper", "高效助手", "professional", "你是一位高效的助手，回答简洁直接。"),
    Template("friendly_assistant", "友好助手", "general", "你是一位友好的助手，热情耐心，乐于助人。"),
    Template("professional_expert", "专业专家", "professional", "你是一位专业的专家，严谨理性，条理清楚。"),
)
_PERSONAS = {template.template_id: template.persona for template in TEMPLATES}


def tenant_of(told: Json) -> Json:
    """Return a tenant in terms of v1."""
    kept = {name: told.get(name) for name in ("tenant_name", "tenant_type", "tenant_config", "status", "created_at")}
    return {"tenant_id": told["id"], "email": told.get("contact_email"), "phone": None, **kept}


def agent_of(told: Json) -> Json:
    """Return an agent in terms of v1."""
    config = told.get("config") or {}
    if (config.get("bot_overrides") or {}).get("nickname") == told.get("name"):
        # Put there by spelt.
        config["bot_overrides"].pop("nickname")
    return {
        "agent_id": told["id"],
        **{name: told.get(name) for name in ("tenant_id", "name", "description")},
        "persona": (config.get("persona") or {}).get("personality"),
        **{name: config.get(name) for name in ("bot_overrides", "config_overrides")},
        **dict.fromkeys(("tags", "created_at", "updated_at")),
    }


def spelt(fields: Mapping[str, Any]) -> Json:
    """Return the fields of an agent as this dialect spells them."""
    plain = {name: fields[name] for name in ("name", "description", "template_id") if name in fields}
    config = {name: fields[name] for name in ("bot_overrides", "config_overrides") if name in fields}
    persona = fields["persona"] if fields.get("persona") is not None else _PERSONAS.get(str(fields.get("template_id")))
    if persona is not None:
        # Without states of its own a persona is replaced by one of four words at random.
        config["persona"] = {"personality": persona, "states": [persona], "state_probability": 1.0}
    if isinstance(fields.get("name"), str) and "bot_overrides" not in fields:
        # What it is called in a conversation is another thing than its name.
        config["bot_overrides"] = {"nickname": fields["name"]}
    return {**plain, "config": config} if config else plain


def succeeded(answer: requests.Response) -> bool:
    """Whether the configurator has done what it was asked: it says so by `success`, whatever the status is.

    Raises UnexpectedAnswer when it says neither yes nor no.
    """
    if not answer.ok:
        return False
    told = answer.json() if answer.headers.get("Content-Type", "").startswith("application/json") else None
    if not isinstance(told, dict) or not isinstance(told.get("success"), bool):
        raise UnexpectedAnswer(
            f"{answer.request.method} {answer.request.path_url} answered {answer.status_code} "
            f"{mask(answer.text)[:500]}; expected it to say by `success` whether it was done."
        )
    return told["success"] is True


def about_token(answer: requests.Response) -> requests.Response:
    """Return a refusal of the token as v1 spells it: 403 and 404 say here what 401 says there."""
    told = answer.text
    if (answer.status_code, told) in (
        (403, '{"detail":"Could not validate credentials"}'),
        (404, '{"detail":"User not found"}'),
    ):
        return with_status(answer, 401)
    return answer


def with_status(answer: requests.Response, status: int, body: Any = None) -> requests.Response:
    """Return the answer with another status and, if one is given, another body."""
    translated = copy.copy(answer)
    translated.status_code = status
    if status == 401:
        translated.headers = copy.copy(answer.headers)
        translated.headers["WWW-Authenticate"] = "Bearer"
    if body is not None:
        translated._content = json.dumps(body, ensure_ascii=False).encode()
        translated.encoding = "utf-8"
    return translated
