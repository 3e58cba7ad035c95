"""The businesses over the API: for staff, each with a picture that a browser can draw."""

from __future__ import annotations

from xml.etree import ElementTree

from tests.unit.gateway.fakes import TOKEN, House

STAFF = {"Authorization": f"Bearer {TOKEN}"}


async def test_every_flow_is_listed_and_drawn(house: House) -> None:
    listed = (await (await house.client.get("/api/v1/flows", headers=STAFF)).json())["flows"]
    assert {"transfer", "repair", "pv"} <= {line["flow"] for line in listed}
    for line in listed:
        shown = await (await house.client.get(f"/api/v1/flows/{line['flow']}", headers=STAFF)).json()
        drawing = ElementTree.fromstring(shown["picture"])
        words = "".join(drawing.itertext())
        assert drawing.tag.endswith("svg") and line["title"] in words
        assert all(node["owner"] in words.replace("\n", "") for node in shown["nodes"])


async def test_only_staff_and_only_what_there_is(house: House) -> None:
    assert (await house.client.get("/api/v1/flows")).status == 401
    assert (await house.client.get("/api/v1/flows/nothing", headers=STAFF)).status == 404
