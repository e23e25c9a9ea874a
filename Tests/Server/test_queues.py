"""Queues: creating, finding, listing and deleting; URLs, accounts and regions."""

import threading
import time

import pytest

from support.clients import make_client
from support.expect import attribute, bodies, refused
from support.wire import Wire, json_request_bytes, query

MISSING = "AWS.SimpleQueueService.NonExistentQueue"
BAD_NAME = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"


def missing_text(sqs):
    tail = " for this wsdl version" if sqs.meta.service_model.metadata["protocol"] == "query" else ""
    return f"The specified queue does not exist{tail}."


# -- Create

def test_a_created_queue_has_a_url_with_host_account_and_name(sqs, server, new_name):
    name = new_name()
    assert sqs.create_queue(QueueName=name)["QueueUrl"] == f"{server.url}/000000000000/{name}"


def test_creating_again_finds_the_same_queue(sqs, new_name):
    name = new_name()
    first = sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "3"})
    assert sqs.create_queue(QueueName=name)["QueueUrl"] == first["QueueUrl"]
    again = sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "3"})
    assert again["QueueUrl"] == first["QueueUrl"]


def test_creating_again_with_another_value_names_the_attribute(sqs, new_name):
    name = new_name()
    sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "3"})
    text = "A queue already exists with the same name and a different value for attribute DelaySeconds"
    with refused("QueueAlreadyExists", text):
        sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "4"})


def test_creating_again_compares_with_present_values(sqs, new_name):
    name = new_name()
    url = sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "3"})["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "4"})
    with refused("QueueAlreadyExists", contains="DelaySeconds"):
        sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "3"})
    assert sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "4"})["QueueUrl"] == url


@pytest.mark.parametrize("name", ["a b", "a" * 81, "a.b", "ä", "a/b", "queue.fifo", "a" * 77 + ".fifo"])
def test_a_bad_name_is_refused(sqs, name):
    with refused("InvalidParameterValue", contains=BAD_NAME):
        sqs.create_queue(QueueName=name)


def test_an_empty_name_is_refused(sqs):
    with refused("InvalidParameterValue"):
        sqs.create_queue(QueueName="")


def test_a_fifo_queue_needs_the_suffix(sqs, new_name):
    with refused("InvalidParameterValue"):
        sqs.create_queue(QueueName=new_name(), Attributes={"FifoQueue": "true"})


def test_the_fifo_suffix_counts_toward_eighty(sqs):
    with refused("InvalidParameterValue"):
        sqs.create_queue(QueueName="f" * 76 + ".fifo", Attributes={"FifoQueue": "true"})
    url = sqs.create_queue(QueueName="f" * 75 + ".fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    assert url.endswith("/" + "f" * 75 + ".fifo")


def test_names_are_case_sensitive(sqs, new_name):
    name = new_name("Case")
    sqs.create_queue(QueueName=name)
    with refused(MISSING):
        sqs.get_queue_url(QueueName=name.lower())


def test_a_queue_is_created_with_tags(sqs, new_name):
    url = sqs.create_queue(QueueName=new_name(), tags={"team": "one", "empty": ""})["QueueUrl"]
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"team": "one", "empty": ""}


def test_creating_without_a_name_is_refused(sqs):
    with refused("MissingParameter", "The request must contain the parameter QueueName."):
        sqs.create_queue()


# -- Find

def test_get_queue_url_finds_by_name(sqs, new_name):
    name = new_name()
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    assert sqs.get_queue_url(QueueName=name)["QueueUrl"] == url
    found = sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId="000000000000")
    assert found["QueueUrl"] == url


def test_get_queue_url_of_a_missing_queue(sqs):
    with refused(MISSING, missing_text(sqs)):
        sqs.get_queue_url(QueueName="nobody-made-this")


def test_get_queue_url_of_another_account(clients, new_name):
    name = new_name()
    url = clients(account="111111111111").create_queue(QueueName=name)["QueueUrl"]
    ours = clients()
    with refused(MISSING):
        ours.get_queue_url(QueueName=name)
    found = ours.get_queue_url(QueueName=name, QueueOwnerAWSAccountId="111111111111")
    assert found["QueueUrl"] == url


@pytest.mark.parametrize("operation, arguments", [
    ("send_message", {"MessageBody": "x"}),
    ("send_message_batch", {"Entries": [{"Id": "1", "MessageBody": "x"}]}),
    ("receive_message", {}),
    ("delete_message", {"ReceiptHandle": "x"}),
    ("delete_message_batch", {"Entries": [{"Id": "1", "ReceiptHandle": "x"}]}),
    ("change_message_visibility", {"ReceiptHandle": "x", "VisibilityTimeout": 1}),
    ("change_message_visibility_batch",
     {"Entries": [{"Id": "1", "ReceiptHandle": "x", "VisibilityTimeout": 1}]}),
    ("get_queue_attributes", {"AttributeNames": ["All"]}),
    ("set_queue_attributes", {"Attributes": {"DelaySeconds": "1"}}),
    ("purge_queue", {}),
    ("delete_queue", {}),
    ("tag_queue", {"Tags": {"a": "b"}}),
    ("untag_queue", {"TagKeys": ["a"]}),
    ("list_queue_tags", {}),
    ("list_dead_letter_source_queues", {}),
    ("add_permission", {"Label": "l", "AWSAccountIds": ["1" * 12], "Actions": ["*"]}),
    ("remove_permission", {"Label": "l"}),
])
def test_every_action_refuses_a_missing_queue(sqs, server, operation, arguments):
    url = f"{server.url}/000000000000/nobody-made-this"
    with refused(MISSING, missing_text(sqs)):
        getattr(sqs, operation)(QueueUrl=url, **arguments)


# -- List

@pytest.fixture
def lister(server, request):
    """A client of an account of its own, so that lists hold only what the test made."""
    account = f"{abs(hash(request.node.name)) % 10**11:012d}"
    return make_client(server.url, account=account)


def test_an_empty_list_has_no_queue_urls(lister):
    assert "QueueUrls" not in lister.list_queues()


def test_queues_are_listed_by_prefix(lister):
    urls = [lister.create_queue(QueueName=name)["QueueUrl"] for name in ("alpha-1", "alpha-2", "beta")]
    assert sorted(lister.list_queues()["QueueUrls"]) == sorted(urls)
    assert sorted(lister.list_queues(QueueNamePrefix="alpha")["QueueUrls"]) == sorted(urls[:2])
    assert "QueueUrls" not in lister.list_queues(QueueNamePrefix="gamma")


def test_lists_are_cut_into_pages(lister):
    urls = {lister.create_queue(QueueName=f"page-{n}")["QueueUrl"] for n in range(5)}
    assert "NextToken" not in lister.list_queues()
    pages = list(lister.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["QueueUrls"]) for page in pages] == [2, 2, 1]
    assert {url for page in pages for url in page["QueueUrls"]} == urls


@pytest.mark.parametrize("count", [0, 1001, -1])
def test_the_page_size_has_a_range(sqs, count):
    with refused("InvalidParameterValue"):
        sqs.list_queues(MaxResults=count)


def test_a_next_token_that_we_did_not_give_is_refused(sqs):
    with refused("InvalidParameterValue"):
        sqs.list_queues(MaxResults=1, NextToken="garbage")


def test_a_list_without_a_page_size_ends_at_a_thousand(start_server):
    server = start_server("--durability", "memory")
    with Wire(server.port) as wire:
        for start in range(0, 1010, 101):
            wire.send(b"".join(json_request_bytes("CreateQueue", {"QueueName": f"q{n}"})
                               for n in range(start, start + 101)))
            assert all(wire.read()[0] == 200 for _ in range(101))
    sqs = make_client(server.url)
    answer = sqs.list_queues()
    assert len(answer["QueueUrls"]) == 1000 and "NextToken" not in answer
    pages = list(sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 400}))
    assert len({url for page in pages for url in page["QueueUrls"]}) == 1010


# -- Delete

def test_a_deleted_queue_is_gone_and_its_name_rests_a_minute(sqs, new_name):
    name = new_name()
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    sqs.delete_queue(QueueUrl=url)
    with refused(MISSING):
        sqs.send_message(QueueUrl=url, MessageBody="x")
    text = ("You must wait 60 seconds after deleting a queue before you can create another with the "
            "same name.")
    with refused("AWS.SimpleQueueService.QueueDeletedRecently", text):
        sqs.create_queue(QueueName=name)


def test_deleting_a_queue_releases_its_long_polls(json_sqs, queue):
    outcome = []

    def poll():
        begun = time.monotonic()
        try:
            outcome.append(json_sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20))
        except Exception as error:
            outcome.append(error)
        outcome.append(time.monotonic() - begun)

    thread = threading.Thread(target=poll)
    thread.start()
    time.sleep(0.3)
    json_sqs.delete_queue(QueueUrl=queue)
    thread.join(5)
    assert not thread.is_alive() and outcome[1] < 5
    if isinstance(outcome[0], Exception):
        assert outcome[0].response["Error"]["Code"] == MISSING
    else:
        assert "Messages" not in outcome[0]


# -- URL forms

@pytest.mark.parametrize("form", [
    "{base}/{account}/{name}",
    "{base}/{account}/{name}/",
    "{base}/queue/us-east-1/{account}/{name}",
    "https://sqs.us-east-1.amazonaws.com/{account}/{name}",
    "https://us-east-1.queue.amazonaws.com/{account}/{name}",
    "https://queue.amazonaws.com/{account}/{name}",
    "http://sqs.us-east-1.localhost.example:4566/{account}/{name}",
    "http://us-east-1.queue.localhost.example:4566/{account}/{name}",
    "http://some-container:9324/{account}/{name}",
    "{name}",
])
def test_every_form_of_the_queue_url_is_accepted(sqs, server, new_name, form):
    name = new_name()
    sqs.create_queue(QueueName=name)
    url = form.format(base=server.url, account="000000000000", name=name)
    sqs.send_message(QueueUrl=url, MessageBody="found")
    assert bodies(sqs.receive_message(QueueUrl=url)) == ["found"]


def test_the_path_names_the_region(clients, server, new_name):
    name = new_name()
    clients(region="eu-west-1").create_queue(QueueName=name)
    clients(region="us-east-1").send_message(
        QueueUrl=f"{server.url}/queue/eu-west-1/000000000000/{name}", MessageBody="far")
    answer = clients(region="eu-west-1").receive_message(QueueUrl=name)
    assert bodies(answer) == ["far"]


def test_the_queue_url_repeats_the_host_of_the_caller(server, new_name):
    name = new_name()
    answer = query(server.url, "CreateQueue", {"QueueName": name}, headers={"Host": "apus.internal:8080"})
    assert answer.one("CreateQueueResult/QueueUrl") == f"http://apus.internal:8080/000000000000/{name}"


@pytest.mark.parametrize("form, url", [
    ("off", "http://127.0.0.1:{port}/000000000000/q"),
    ("path", "http://127.0.0.1:{port}/queue/us-east-1/000000000000/q"),
    ("domain", "http://us-east-1.queue.127.0.0.1:{port}/000000000000/q"),
    ("standard", "http://sqs.us-east-1.127.0.0.1:{port}/000000000000/q"),
])
def test_the_form_of_queue_urls_is_configured(start_server, form, url):
    server = start_server("--queue-url", form, "--durability", "memory")
    sqs = make_client(server.url)
    made = sqs.create_queue(QueueName="q")["QueueUrl"]
    assert made == url.format(port=server.port)
    sqs.send_message(QueueUrl=made, MessageBody="x")
    assert sqs.list_queues()["QueueUrls"] == [made]


# -- Name spaces

def test_regions_are_separate(clients, new_name):
    name = new_name()
    clients(region="us-east-1").create_queue(QueueName=name)
    with refused(MISSING):
        clients(region="eu-west-1").get_queue_url(QueueName=name)
    url = clients(region="eu-west-1").create_queue(QueueName=name)["QueueUrl"]
    arn = attribute(clients(region="eu-west-1"), url, "QueueArn")
    assert arn == f"arn:aws:sqs:eu-west-1:000000000000:{name}"


def test_accounts_are_separate(clients, new_name):
    name = new_name()
    ours = clients(account="222222222222").create_queue(QueueName=name)["QueueUrl"]
    theirs = clients(account="333333333333").create_queue(QueueName=name)["QueueUrl"]
    assert "/222222222222/" in ours and "/333333333333/" in theirs
    clients(account="222222222222").send_message(QueueUrl=ours, MessageBody="x")
    assert bodies(clients(account="333333333333").receive_message(QueueUrl=theirs)) == []
    arn = attribute(clients(account="222222222222"), ours, "QueueArn")
    assert arn == f"arn:aws:sqs:us-east-1:222222222222:{name}"


def test_a_key_that_is_no_account_belongs_to_account_zero(clients, new_name):
    url = clients(account="AKIAIOSFODNN7EXAMPLE").create_queue(QueueName=new_name())["QueueUrl"]
    assert "/000000000000/" in url


def test_the_default_region_and_account_are_configured(start_server):
    server = start_server("--region", "ap-south-1", "--account", "444444444444", "--durability", "memory")
    answer = query(server.url, "CreateQueue", {"QueueName": "q"})
    url = answer.one("CreateQueueResult/QueueUrl")
    assert "/444444444444/q" in url
    answer = query(server.url, "GetQueueAttributes", {"QueueUrl": url, "AttributeName.1": "QueueArn"})
    assert answer.one("GetQueueAttributesResult/Attribute/Value") == "arn:aws:sqs:ap-south-1:444444444444:q"


def test_the_credential_of_a_presigned_url_names_account_and_region(server, new_name):
    name = new_name()
    credential = "555555555555/20260101/eu-central-1/sqs/aws4_request"
    answer = query(server.url, "CreateQueue", {"QueueName": name, "X-Amz-Credential": credential}, method="GET")
    url = answer.one("CreateQueueResult/QueueUrl")
    assert url.endswith(f"/555555555555/{name}")
    answer = query(url, "GetQueueAttributes", {"AttributeName.1": "QueueArn", "X-Amz-Credential": credential},
                   method="GET")
    arn = answer.one("GetQueueAttributesResult/Attribute/Value")
    assert arn == f"arn:aws:sqs:eu-central-1:555555555555:{name}"


@pytest.mark.parametrize("host", ["sqs.ap-northeast-1.localhost:4566", "ap-northeast-1.queue.localhost:4566"])
def test_the_host_names_the_region_when_nothing_else_does(server, clients, new_name, host):
    name = new_name()
    query(server.url, "CreateQueue", {"QueueName": name}, headers={"Host": host})
    assert clients(region="ap-northeast-1").get_queue_url(QueueName=name)["QueueUrl"]
