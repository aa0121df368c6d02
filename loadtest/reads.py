"""The reads that are measured: what the pages and clients of a portal ask most, over names of the catalog itself."""

import random
import urllib.parse

SERVICES = "/api/catalog/entities/by-query?filter=kind=component,spec.type=service&limit=20&orderField=metadata.name,asc"


def sample(target):
    """Names and owners that exist, drawn through the API with a fixed seed."""
    kinds = "&".join(f"filter=kind={kind}" for kind in ("component", "api", "user", "system"))
    path = f"/api/catalog/entities/by-query?{kinds}&limit=2000&orderField=metadata.name,asc&fields=kind,metadata.name"
    status, page = target.call(path)
    assert status == 200, page
    refs = [f"{item['kind'].lower()}:default/{item['metadata']['name']}" for item in page["items"]]
    status, facets = target.call("/api/catalog/entity-facets?facet=relations.ownedBy&facet=kind")
    assert status == 200, facets
    owners = sorted(facets["facets"]["relations.ownedBy"], key=lambda owner: (-owner["count"], owner["value"]))
    kinds = {kind["value"]: kind["count"] for kind in facets["facets"]["kind"]}
    return refs, [owner["value"] for owner in owners[:40]], kinds


def scenarios(target):
    """Name → list of (method, path, body)."""
    refs, owners, kinds = sample(target)
    chance = random.Random(7)
    chance.shuffle(refs)
    components = [ref.split("/")[1] for ref in refs if ref.startswith("component:")]
    words = sorted({word for name in components for word in name.split("-") if word.isalpha()})[:30]
    get = lambda path: ("GET", path, None)
    quote = lambda text: urllib.parse.quote(text, safe="=")
    apis = max(1, kinds.get("API", 0) - 99)
    return {
        "by-name": [get(f"/api/catalog/entities/by-name/component/default/{name}") for name in components[:400]],
        "by-refs": [("POST", "/api/catalog/entities/by-refs", {"entityRefs": chance.sample(refs, 50)}) for _ in range(60)],
        "by-query": [get(SERVICES)],
        "by-query-owner": [get(f"/api/catalog/entities/by-query?limit=20&filter={quote('relations.ownedBy=' + owner)}") for owner in owners],
        "full-text": [get(f"{SERVICES}&fullTextFilterTerm={word}&fullTextFilterFields=metadata.name,metadata.title") for word in words],
        "facets": [get("/api/catalog/entity-facets?facet=kind&facet=spec.type")],
        "facets-filtered": [get(f"/api/catalog/entity-facets?facet=spec.type&facet=metadata.tags&filter={quote('relations.ownedBy=' + owner)}") for owner in owners],
        "entities-100": [get(f"/api/catalog/entities?filter=kind=api&limit=100&offset={offset}") for offset in range(0, apis, 100)],
        "search": [get(f"/api/search/query?term={word}") for word in words],
    }
