"""SDK clients for both wire protocols of SQS.

botocore's service model describes the JSON protocol. The query protocol has the same members with
other names for lists and maps; `QueryModelLoader` adds those names, so that a signed query client
with boto3's interface comes out and one test can speak both protocols.
"""

import os

import boto3
import botocore.loaders
import botocore.session
from botocore.config import Config

# Nothing of the user's configuration reaches the tests.
for _name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[_name]
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull

CONFIG = Config(
    parameter_validation=False,
    retries={"total_max_attempts": 1},
    read_timeout=40,
    max_pool_connections=64,
    user_agent_extra="apus-tests",
)

LIST_MEMBERS = {
    "AWSAccountIdList": "AWSAccountId",
    "ActionNameList": "ActionName",
    "AttributeNameList": "AttributeName",
    "BatchResultErrorEntryList": "BatchResultErrorEntry",
    "BinaryList": "BinaryListValue",
    "ChangeMessageVisibilityBatchRequestEntryList": "ChangeMessageVisibilityBatchRequestEntry",
    "ChangeMessageVisibilityBatchResultEntryList": "ChangeMessageVisibilityBatchResultEntry",
    "DeleteMessageBatchRequestEntryList": "DeleteMessageBatchRequestEntry",
    "DeleteMessageBatchResultEntryList": "DeleteMessageBatchResultEntry",
    "ListMessageMoveTasksResultEntryList": "ListMessageMoveTasksResultEntry",
    "MessageAttributeNameList": "MessageAttributeName",
    "MessageList": "Message",
    "MessageSystemAttributeList": "MessageSystemAttributeName",
    "QueueUrlList": "QueueUrl",
    "SendMessageBatchRequestEntryList": "SendMessageBatchRequestEntry",
    "SendMessageBatchResultEntryList": "SendMessageBatchResultEntry",
    "StringList": "StringListValue",
    "TagKeyList": "TagKey",
}

MAPS = {
    "QueueAttributeMap": ("Attribute", "Name"),
    "MessageSystemAttributeMap": ("Attribute", "Name"),
    "MessageBodyAttributeMap": ("MessageAttribute", "Name"),
    "MessageBodySystemAttributeMap": ("MessageSystemAttribute", "Name"),
    "TagMap": ("Tag", "Key"),
}


class QueryModelLoader(botocore.loaders.Loader):
    """Loads the SQS model as a description of the query protocol."""

    def load_service_model(self, service_name, type_name, api_version=None):
        model = super().load_service_model(service_name, type_name, api_version)
        if service_name != "sqs" or type_name != "service-2":
            return model
        metadata = model["metadata"]
        for name in ("awsQueryCompatible", "jsonVersion", "targetPrefix"):
            metadata.pop(name, None)
        metadata |= {"protocol": "query", "protocols": ["query"],
                     "xmlNamespace": "http://queue.amazonaws.com/doc/2012-11-05/"}
        shapes = model["shapes"]
        for name, member in LIST_MEMBERS.items():
            shapes[name]["member"]["locationName"] = member
            shapes[name]["flattened"] = True
        for name, (location, key) in MAPS.items():
            shapes[name]["key"]["locationName"] = key
            shapes[name]["value"]["locationName"] = "Value"
        for shape in shapes.values():
            for reference in shape.get("members", {}).values():
                if reference["shape"] in MAPS:
                    reference["locationName"] = MAPS[reference["shape"]][0]
                elif reference["shape"] in LIST_MEMBERS:
                    reference["locationName"] = LIST_MEMBERS[reference["shape"]]
        for name, operation in model["operations"].items():
            if "output" in operation:
                operation["output"]["resultWrapper"] = f"{name}Result"
        return model


def make_sns_client(url, region="us-east-1", account="000000000000"):
    """An SNS client of the account in the region."""
    return boto3.session.Session().client(
        "sns", region_name=region, endpoint_url=url, config=CONFIG,
        aws_access_key_id=account, aws_secret_access_key="secret")


def make_client(url, protocol="json", region="us-east-1", account="000000000000", secret="secret"):
    """A client of the account (its access key id is the account id) in the region."""
    session = botocore.session.Session()
    if protocol == "query":
        session.register_component("data_loader", QueryModelLoader())
    return boto3.session.Session(botocore_session=session).client(
        "sqs", region_name=region, endpoint_url=url, config=CONFIG,
        aws_access_key_id=account, aws_secret_access_key=secret)
