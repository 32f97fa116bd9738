"""``users`` and ``token``: what administrators do from a terminal."""

from __future__ import annotations

import json

import pytest


def test_a_user_is_made_given_policies_and_let_in_or_not(plynx):
    status, out, _ = plynx("users", "create", "ann", "--policy", "can_view_workflows")
    assert (status, out.split()[0]) == (0, "ann")
    status, out, _ = plynx("users", "policies", "ann", "+CAN_RUN_WORKFLOWS", "-CAN_VIEW_WORKFLOWS")
    held = [line.split()[1] for line in out.splitlines() if line.strip().startswith("+")]
    assert (status, held) == (0, ["CAN_RUN_WORKFLOWS"])
    plynx("users", "deactivate", "ann")
    (ann,) = json.loads(plynx("users", "list", "--json")[1])
    assert (ann["active"], ann["policies"]) == (False, ["CAN_RUN_WORKFLOWS"])
    assert "active" in plynx("users", "activate", "ann")[1]


def test_an_administrator_is_shown_as_having_everything(plynx):
    plynx("users", "create", "root", "--policy", "IS_ADMIN")
    _, out, _ = plynx("users", "policies", "root")
    assert "(+) CAN_RUN_WORKFLOWS" in out


def test_a_token_is_printed_once_and_listed_without_it(plynx):
    status, secret, _ = plynx("token", "create", "--note", "for a script", "--days", "1")
    secret = secret.strip()
    assert (status, secret.startswith("plynx_")) == (0, True)
    _, listed, _ = plynx("token", "list")
    assert "for a script" in listed
    assert secret not in listed
    token_id = listed.split()[0]
    assert plynx("token", "revoke", token_id)[0] == 0
    assert "revoked" in plynx("token", "list")[1]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("users", "policies", "nobody"), "'nobody'"),
        (("users", "create", " spaced"), "spaces"),
        (("users", "create", "x", "--policy", "FLY"), "CAN_RUN_WORKFLOWS"),
        (("users", "policies", "x", "CAN_FLY"), "+CAN_FLY"),
        (("token", "create", "--user", "nobody"), "'nobody'"),
        (("token", "create", "--days", "0"), "--days"),
        (("token", "revoke", "nothing"), "nothing"),
        (("users", "list", "--database-url", "nonsense"), "nonsense"),
    ],
)
def test_what_is_wrong_is_said(plynx, arguments, part):
    status, _, err = plynx(*arguments)
    assert status == 2, err
    assert part in err


def test_a_name_is_taken_once(plynx):
    plynx("users", "create", "ann")
    status, _, err = plynx("users", "create", "ann")
    assert (status, "already" in err) == (1, True)
