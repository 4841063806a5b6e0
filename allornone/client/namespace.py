"""Which namespace of which server this is: its id is another one as soon as the server's database is."""

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError


class Namespace:
    """The namespace of a client. Asked once, and remembered."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._id: str | None = None

    async def id(self) -> str:
        """Return the id, empty where the server does not tell."""
        if self._id is None:
            request = DescribeNamespaceRequest(namespace=self._client.namespace)
            try:
                described = await self._client.workflow_service.describe_namespace(request)
            except RPCError:
                # Not remembered: a server that is silent now may tell the next time.
                return ""
            self._id = described.namespace_info.id
        return self._id
