"""What schemathesis can't know: who asks, and what there is to ask for.

Each operation has an organization of its own: what is deleted is missed by nobody, and nobody asks too often. Where a generated id is as the
schema says, it is replaced by one of something that is there; what an operation does away with is made anew each time.
"""

import itertools
import os
import uuid

import requests
import schemathesis
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation

URL = os.environ["CLOSEZLY_URL"]
PASSWORD = "correct horse battery"
NUMBERS = itertools.count()
# What comes once is asked for in vain afterwards.
ONCE = ("delete", "post_knowledge_uploads_id_finish", "post_operations_jobs_id_retry", "patch_knowledge_uploads_id")


def send(method, path, token=None, **more):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    answer = requests.request(method, f"{URL}/api/v1{path}", headers=headers, timeout=30, **more)
    assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer.json()["data"]


class Account:
    """An organization with its owner, and what they have."""

    def __init__(self):
        names = {"name": "Ann", "email": f"ann-{uuid.uuid4().hex}@example.com", "organization": "Acme", "password": PASSWORD}
        # Good for a quarter of an hour, and for everything: an API token makes no other.
        self.token = send("POST", "/auth/register", json=names)["access_token"]
        self.things = {}

    def make(self, kind):
        number = next(NUMBERS)
        post = lambda path, body: send("POST", path, self.token, json=body)
        match kind:
            case "CallId":
                call = {
                    "title": f"Call {number}", "contact_name": "Bo", "company": "Initech", "kind": "discovery", "language": "en-US",
                    "vocabulary": "", "recognizer": "none", "verbosity": "normal", "consent_who": "Bo", "consent_how": "spoken",
                }
                return post("/calls", call)["id"]
            case "DocumentId":
                return post("/knowledge/documents", {"title": f"Text {number}", "text": f"Text {number} costs 49 dollars."})["document"]
            case "CollectionId":
                return post("/knowledge/collections", {"name": f"Collection {number}", "access": "everybody"})["id"]
            case "UploadId":
                return post("/knowledge/uploads", {"file_name": "a.txt", "bytes": 3})["id"]
            case "WebsiteId":
                return post("/knowledge/websites", {"start": f"http://localhost:{URL.rsplit(':', 1)[1]}/{number}/", "max_pages": 1})["id"]
            case "ApiTokenId":
                return post("/tokens", {"name": f"Token {number}"})["token"]["id"]
            case "MemberId":
                return send("GET", "/auth/me", self.token)["member"]
            case _:
                # Work that failed for good can't be made by asking.
                return None

    def thing(self, kind, anew):
        if anew:
            return self.make(kind)
        if kind not in self.things:
            self.things[kind] = self.make(kind)
        return self.things[kind]


ACCOUNTS = {}


def account_of(operation):
    name = operation.label
    if name not in ACCOUNTS:
        ACCOUNTS[name] = Account()
    return ACCOUNTS[name]


def kind_of_id(operation):
    for parameter in operation.definition.raw.get("parameters", []):
        if parameter["in"] == "path" and parameter["name"] == "id":
            return parameter["schema"]["$ref"].rsplit("/", 1)[-1]
    return None


def is_as_it_should(case, location):
    meta = case.meta
    if meta is None or location not in meta.components:
        return True
    return meta.components[location].mode == GenerationMode.POSITIVE


def is_open(operation):
    return any(not one for one in operation.definition.raw.get("security", []))


def whole(value):
    """49.0 is a whole number to JSON Schema, and to nobody who writes JSON."""
    match value:
        case bool():
            return value
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {name: whole(one) for name, one in value.items()}
        case list():
            return [whole(one) for one in value]
        case _:
            return value


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = case.operation
    account = account_of(operation)
    if not is_open(operation) and "authorization" not in case.headers:
        case.headers["authorization"] = f"Bearer {account.token}"
    if is_as_it_should(case, ParameterLocation.BODY):
        case.body = whole(case.body)
    raw = operation.definition.raw
    if case.path_parameters and is_as_it_should(case, ParameterLocation.PATH):
        kind = kind_of_id(operation)
        if kind and "id" in case.path_parameters:
            anew = raw["operationId"].startswith(ONCE)
            thing = account.thing(kind, anew)
            if thing:
                case.path_parameters["id"] = thing
        for name, known in (("key", "calls.live_passages"), ("version", 0)):
            if name in case.path_parameters:
                case.path_parameters[name] = known
