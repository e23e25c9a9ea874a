"""Fixtures: servers, clients and queues."""

import itertools

import pytest

from support.clients import make_client, make_sns_client
from support.recorder import Recorder, confirm
from support.server import Server

_serial = itertools.count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The server that most tests share; each uses queues of its own."""
    server = Server(tmp_path_factory.mktemp("shared")).start()
    yield server
    assert server.process.poll() is None, f"the server died:\n{server.log}"
    assert server.stop() == 0, server.log


@pytest.fixture
def start_server(tmp_path_factory):
    """Starts servers that belong to the test."""
    servers = []

    def start(*options, environment=None):
        server = Server(tmp_path_factory.mktemp("server"), *options, environment=environment)
        servers.append(server)
        return server.start()

    yield start
    for server in servers:
        server.dispose()


@pytest.fixture(scope="session")
def clients(server):
    """Clients of the shared server by protocol, region and account; made once."""
    made = {}

    def client(protocol="json", region="us-east-1", account="000000000000"):
        key = (protocol, region, account)
        if key not in made:
            made[key] = make_client(server.url, protocol, region, account)
        return made[key]

    return client


@pytest.fixture(params=["json", "query"])
def sqs(request, clients):
    """A client of the shared server; a test that uses it runs in both wire protocols."""
    return clients(request.param)


@pytest.fixture
def json_sqs(clients):
    """A client that speaks JSON, for tests where the protocol does not matter."""
    return clients("json")


@pytest.fixture
def new_name():
    """Makes names of queues and topics that nobody has used."""

    def make(prefix="queue", fifo=False):
        return f"{prefix}-{next(_serial)}" + (".fifo" if fifo else "")

    return make


@pytest.fixture
def make_queue(clients, new_name):
    """Makes queues in the shared server and returns their URLs."""

    def make(fifo=False, **attributes):
        values = {name: str(value) for name, value in attributes.items()}
        if fifo:
            values["FifoQueue"] = "true"
        arguments = {"Attributes": values} if values else {}
        return clients("json").create_queue(QueueName=new_name(fifo=fifo), **arguments)["QueueUrl"]

    return make


@pytest.fixture
def queue(make_queue):
    return make_queue()


@pytest.fixture
def fifo_queue(make_queue):
    return make_queue(fifo=True, ContentBasedDeduplication="true")


@pytest.fixture
def arn_of(clients):
    def arn(url):
        return clients("json").get_queue_attributes(
            QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    return arn


@pytest.fixture(scope="session")
def sns_clients(server):
    """SNS clients of the shared server by region and account; made once."""
    made = {}

    def client(region="us-east-1", account="000000000000"):
        key = (region, account)
        if key not in made:
            made[key] = make_sns_client(server.url, region, account)
        return made[key]

    return client


@pytest.fixture
def sns(sns_clients):
    return sns_clients()


@pytest.fixture
def make_topic(sns, new_name):
    """Makes topics in the shared server and returns their ARNs."""

    def make(fifo=False, **attributes):
        values = {name: str(value) for name, value in attributes.items()}
        if fifo:
            values["FifoTopic"] = "true"
        arguments = {"Attributes": values} if values else {}
        return sns.create_topic(Name=new_name("topic", fifo=fifo), **arguments)["TopicArn"]

    return make


@pytest.fixture
def topic(make_topic):
    return make_topic()


@pytest.fixture
def fifo_topic(make_topic):
    return make_topic(fifo=True, ContentBasedDeduplication="true")


@pytest.fixture
def subscribe_queue(sns, make_queue, arn_of):
    """Subscribes a queue, a new one unless given, and returns its URL and the subscription's ARN."""

    def subscribe(topic, queue=None, **attributes):
        queue = queue or make_queue()
        subscription = sns.subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=arn_of(queue), Attributes=attributes,
            ReturnSubscriptionArn=True)["SubscriptionArn"]
        return queue, subscription

    return subscribe


@pytest.fixture(scope="session")
def recorder():
    """An HTTP server whose paths record what they get; each test makes paths of its own."""
    recorder = Recorder()
    yield recorder
    recorder.stop()


@pytest.fixture
def endpoint(recorder):
    return recorder.endpoint()


@pytest.fixture
def subscribe_http(sns, recorder):
    """Subscribes an endpoint of the recorder by the whole handshake and returns both."""

    def subscribe(topic, endpoint=None, url=None, **attributes):
        endpoint = endpoint or recorder.endpoint()
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=url or endpoint.url, Attributes=attributes)
        return endpoint, confirm(endpoint)

    return subscribe
