"""What a Temporal namespace must have before groups run in it: search attributes, and a long memory."""

from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from allornone import wire
from allornone.errors import BadSettingsError

Types = dict[str, IndexedValueType.ValueType]

SEARCH_ATTRIBUTES: Types = {
    wire.GROUP_STATUS: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    wire.STRATEGY: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    wire.CORRELATION_ID: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    wire.VENUES: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
    wire.NEEDS_OPERATOR: IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
    wire.OPERATION_COUNT: IndexedValueType.INDEXED_VALUE_TYPE_INT,
}

_CLI_NAMES = {
    IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD: "Keyword",
    IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST: "KeywordList",
    IndexedValueType.INDEXED_VALUE_TYPE_BOOL: "Bool",
    IndexedValueType.INDEXED_VALUE_TYPE_INT: "Int",
}


async def register_search_attributes(client: Client) -> None:
    """Register what is missing. May be called again.

    A group that sets an attribute which is not registered hangs for good. So unless afterwards all are found
    with their types, this raises BadSettingsError with the command that an administrator would run.
    """
    found, refusal = await _found(client)
    missing = _missing(found)
    if missing and refusal is None:
        refusal = await _add(client, missing)
        # The server keeps an attribute of another type and says nothing, so look again.
        found, _ = await _found(client)
        missing = _missing(found)
    if missing:
        raise BadSettingsError(_advice(client.namespace, missing, found, refusal))


async def keep_closed_groups(client: Client) -> None:
    """Let the embedded server keep closed groups for `wire.RETENTION`; by default it does so for a day."""
    retention = Duration()
    retention.FromTimedelta(wire.RETENTION)
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(
            namespace=client.namespace, config=NamespaceConfig(workflow_execution_retention_ttl=retention)
        ),
        timeout=timedelta(seconds=10),
    )


async def _found(client: Client) -> tuple[Types, str | None]:
    request = ListSearchAttributesRequest(namespace=client.namespace)
    try:
        answer = await client.operator_service.list_search_attributes(request)
    except RPCError as error:
        return {}, f"they cannot be listed: {error.message}"
    return dict(answer.custom_attributes), None


async def _add(client: Client, missing: Types) -> str | None:
    request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
    try:
        await client.operator_service.add_search_attributes(request)
    except RPCError as error:
        return f"they cannot be registered: {error.message}"
    return None


def _missing(found: Types) -> Types:
    return {name: kind for name, kind in SEARCH_ATTRIBUTES.items() if found.get(name) != kind}


def _advice(namespace: str, missing: Types, found: Types, refusal: str | None) -> str:
    pairs = " ".join(f"--name {name} --type {_CLI_NAMES[kind]}" for name, kind in missing.items())
    other = [name for name in missing if name in found]
    clash = f"; there with another type, to be removed first: {', '.join(other)}" if other else ""
    return (
        f"namespace {namespace!r} lacks the search attributes {', '.join(missing)}"
        f"{' (' + refusal + ')' if refusal else ''}{clash}; have an administrator run: "
        f"temporal operator search-attribute create --namespace {namespace} {pairs}"
    )
