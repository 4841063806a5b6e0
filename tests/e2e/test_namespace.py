"""What a worker makes sure of in its namespace: search attributes, retention, the sweep's schedule."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, RegisterNamespaceRequest
from temporalio.client import Client

from allornone.errors import BadSettingsError
from allornone.settings import Settings, load_settings
from worker.namespace import keep_closed_groups, register_search_attributes
from worker.schedule import schedule_id, schedule_sweep


@pytest.fixture
def installed(tmp_path: Path) -> Settings:
    """What an installation says that nobody configured."""
    return load_settings(data_dir=tmp_path)


async def test_search_attributes_are_registered_once_and_again(client: Client) -> None:
    await register_search_attributes(client)
    await register_search_attributes(client)

    assert (
        await client.count_workflows("NeedsOperator = true AND OperationCount > 1 AND Strategy = 'nobody'")
    ).count == 0


async def test_an_attribute_of_another_type_is_refused_with_the_command_that_registers_it(
    client: Client,
) -> None:
    taken = await new_namespace(client, f"taken-{time.monotonic_ns()}")
    keyword = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
    await taken.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace=taken.namespace, search_attributes={"NeedsOperator": keyword})
    )

    with pytest.raises(BadSettingsError) as caught:
        await register_search_attributes(taken)

    assert str(caught.value) == (
        f"namespace '{taken.namespace}' lacks the search attributes NeedsOperator; "
        "there with another type, to be removed first: NeedsOperator; have an administrator run: "
        f"temporal operator search-attribute create --namespace {taken.namespace} "
        "--name NeedsOperator --type Bool"
    )


async def test_closed_groups_are_kept_for_thirty_days(client: Client) -> None:
    await keep_closed_groups(client)

    found = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
    assert found.config.workflow_execution_retention_ttl.ToTimedelta() == timedelta(days=30)


async def test_the_sweep_is_scheduled_once_however_many_workers_boot(client: Client, installed: Settings) -> None:
    await schedule_sweep(client, installed)
    await schedule_sweep(client, installed)

    found = (await client.get_schedule_handle("allornone-group-sweep").describe()).schedule
    assert [interval.every for interval in found.spec.intervals] == [timedelta(seconds=300)]


async def test_a_sweep_that_an_operator_paused_stays_paused_when_its_interval_changes(
    client: Client, installed: Settings, task_queue: str
) -> None:
    settings = installed.model_copy(update={"task_queue": task_queue})
    handle = client.get_schedule_handle(schedule_id(task_queue))
    await schedule_sweep(client, settings)
    await handle.pause()

    await schedule_sweep(client, settings.model_copy(update={"sweep_every_s": 15}))

    found = (await handle.describe()).schedule
    assert found.state.paused
    assert [interval.every for interval in found.spec.intervals] == [timedelta(seconds=15)]


async def new_namespace(client: Client, name: str) -> Client:
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=Duration(seconds=86_400))
    )
    return await Client.connect(client.service_client.config.target_host, namespace=name)
