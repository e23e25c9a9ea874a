"""Filter policies end to end: what each operator lets through, in both scopes, and what is no policy."""

import json

import pytest

from support.expect import refused
from support.topics import (number, set_subscription, strings, subscription_attributes, take_bodies, text)

ATTRIBUTES, BODY = "MessageAttributes", "MessageBody"

# A policy, values of `key` that match it, and values that do not. None: there is no such key.
OPERATORS = [
    ({"key": ["a", "b"]}, ["a", "b"], ["c", "A", "", None]),
    ({"key": [1, 2.5]}, [1, 2.5, 1.0], [3, "1"]),
    ({"key": [{"prefix": "ab"}]}, ["ab", "abc"], ["a", "xab", "AB"]),
    ({"key": [{"suffix": "yz"}]}, ["yz", "xyz"], ["yza", "z"]),
    ({"key": [{"equals-ignore-case": "Tea"}]}, ["tea", "TEA", "Tea"], ["teas"]),
    ({"key": [{"wildcard": "a*z"}]}, ["az", "abz", "a*z"], ["a", "abzc"]),
    ({"key": [{"anything-but": "a"}]}, ["b", "aa"], ["a"]),
    ({"key": [{"anything-but": ["a", "b"]}]}, ["c"], ["a", "b"]),
    ({"key": [{"anything-but": [1, 2]}]}, [3], [1, 2]),
    ({"key": [{"anything-but": {"prefix": "ab"}}]}, ["b", "a"], ["ab", "abc"]),
    ({"key": [{"exists": True}]}, ["a", 1], [None]),
    ({"key": [{"exists": False}]}, [None], ["a", 1]),
    ({"key": [{"numeric": ["=", 5]}]}, [5, 5.0], [6, "5"]),
    ({"key": [{"numeric": [">", 5]}]}, [5.1, 100], [5, -5]),
    ({"key": [{"numeric": [">=", 5, "<", 10]}]}, [5, 9.99], [4.99, 10]),
    ({"key": [{"numeric": ["<", -1]}]}, [-1.5], [-1, 0]),
    ({"key": [{"cidr": "10.0.0.0/24"}]}, ["10.0.0.0", "10.0.0.255"], ["10.0.1.0", "elsewhere"]),
    ({"key": ["a", {"prefix": "b"}, {"numeric": [">", 9]}]}, ["a", "bc", 10], ["c", 9]),
    ({"key": ["a"], "other": ["o"]}, ["a"], ["b"]),
    ({"$or": [{"key": ["a"]}, {"nothing": ["x"]}]}, ["a"], ["b", None]),
]


def as_attribute(value):
    return text(value) if isinstance(value, str) else number(value)


def publish_attributes(sns, topic, value, label):
    attributes = {"other": text("o")}
    if value is not None and value != "":
        attributes["key"] = as_attribute(value)
    sns.publish(TopicArn=topic, Message=label, MessageAttributes=attributes)


def publish_body(sns, topic, value, label):
    body = {"label": label, "other": "o"}
    if value is not None:
        body["key"] = value
    sns.publish(TopicArn=topic, Message=json.dumps(body))


@pytest.fixture
def passed(sns, json_sqs, topic, subscribe_queue):
    """Publishes bodies to a queue that is subscribed with the policy; which of them came, by index."""

    def run(policy, bodies, scope=BODY):
        queue, _ = subscribe_queue(topic, FilterPolicy=json.dumps(policy), FilterPolicyScope=scope,
                                   RawMessageDelivery="true")
        for body in bodies:
            sns.publish(TopicArn=topic, Message=body if isinstance(body, str) else json.dumps(body))
        came = take_bodies(json_sqs, queue)
        return [n for n, body in enumerate(bodies) if (body if isinstance(body, str) else json.dumps(body)) in came]

    return run


@pytest.mark.parametrize("policy, matching, others", OPERATORS, ids=lambda p: json.dumps(p)[:60])
@pytest.mark.parametrize("scope", [ATTRIBUTES, BODY])
def test_what_an_operator_lets_through(sns, json_sqs, topic, subscribe_queue, scope, policy, matching, others):
    queue, _ = subscribe_queue(topic, FilterPolicy=json.dumps(policy), FilterPolicyScope=scope,
                               RawMessageDelivery="true")
    publish = publish_attributes if scope == ATTRIBUTES else publish_body
    for n, value in enumerate(matching):
        publish(sns, topic, value, f"match-{n}")
    for n, value in enumerate(others):
        publish(sns, topic, value, f"other-{n}")
    came = take_bodies(json_sqs, queue)
    labels = came if scope == ATTRIBUTES else [json.loads(body)["label"] for body in came]
    assert labels == [f"match-{n}" for n in range(len(matching))]


# -- Attributes

def test_a_list_matches_by_any_element(sns, json_sqs, topic, subscribe_queue):
    queue, _ = subscribe_queue(topic, FilterPolicy=json.dumps({"key": ["a", 2, True]}), RawMessageDelivery="true")
    for label, values in (("one", ["x", "a"]), ("two", [2]), ("three", [True]), ("four", ["x", 3, False]),
                          ("five", [])):
        sns.publish(TopicArn=topic, Message=label, MessageAttributes={"key": strings(*values)})
    assert take_bodies(json_sqs, queue) == ["one", "two", "three"]


def test_every_key_is_needed(sns, json_sqs, topic, subscribe_queue):
    queue, _ = subscribe_queue(topic, FilterPolicy=json.dumps({"a": ["1"], "b": ["2"]}), RawMessageDelivery="true")
    for label, attributes in (("both", {"a": "1", "b": "2"}), ("one", {"a": "1"}), ("wrong", {"a": "1", "b": "3"}),
                              ("more", {"a": "1", "b": "2", "c": "3"})):
        sns.publish(TopicArn=topic, Message=label, MessageAttributes={k: text(v) for k, v in attributes.items()})
    sns.publish(TopicArn=topic, Message="none")
    assert take_bodies(json_sqs, queue) == ["both", "more"]


def test_without_attributes_nothing_is_absent(sns, json_sqs, topic, subscribe_queue):
    queue, _ = subscribe_queue(topic, FilterPolicy=json.dumps({"key": [{"exists": False}]}),
                               RawMessageDelivery="true")
    sns.publish(TopicArn=topic, Message="bare")
    sns.publish(TopicArn=topic, Message="with another", MessageAttributes={"other": text("o")})
    assert take_bodies(json_sqs, queue) == ["with another"]


# -- Bodies

def test_nested_keys(passed):
    assert passed({"a": {"b": ["x"]}}, [
        {"a": {"b": "x"}}, {"a": {"b": "y"}}, {"a": "x"}, {"b": "x"}, {"a": {"b": "x", "c": 1}, "d": 2}]) == [0, 4]


def test_values_of_each_type(passed):
    assert passed({"a": [True, None, 1, "1"]}, [
        {"a": True}, {"a": None}, {"a": 1}, {"a": "1"}, {"a": False}, {"a": 2}, {"a": "true"}]) == [0, 1, 2, 3]


def test_lists_match_by_any_element_and_objects_in_lists_count(passed):
    assert passed({"a": ["x"]}, [{"a": ["x", "y"]}, {"a": ["y"]}, {"a": []}]) == [0]
    assert passed({"a": {"b": ["x"]}}, [{"a": [{"b": "y"}, {"b": "x"}]}, {"a": [{"b": "y"}]}]) == [0]


def test_keys_with_dots(passed):
    assert passed({"a.b": ["x"]}, [{"a.b": "x"}, {"a": {"b": "x"}}, {"a": {"b": "y"}}]) == [0, 1]


def test_or_within_an_object(passed):
    assert passed({"source": ["s"], "$or": [{"a": ["1"]}, {"b": [{"numeric": [">", 3]}]}]}, [
        {"source": "s", "a": "1"}, {"source": "s", "b": 4}, {"source": "s", "b": 3}, {"a": "1"}]) == [0, 1]


@pytest.mark.parametrize("body", ["no json", '"text"', "[1, 2]", "[{\"a\": \"x\"}]", "12", "{\"a\": \"x\"", "null"])
def test_what_is_no_object_matches_nothing(passed, body):
    assert passed({"a": ["x", {"exists": False}]}, [body, {"a": "x"}]) == [1]


def test_attributes_do_not_matter_to_a_policy_for_bodies(sns, json_sqs, topic, subscribe_queue):
    queue, _ = subscribe_queue(topic, FilterPolicy=json.dumps({"a": ["x"]}), FilterPolicyScope=BODY,
                               RawMessageDelivery="true")
    sns.publish(TopicArn=topic, Message='{"b": 1}', MessageAttributes={"a": text("x")})
    assert take_bodies(json_sqs, queue) == []


# -- Several subscriptions, changes, batches

def test_each_subscription_has_its_own_policy(sns, json_sqs, topic, subscribe_queue):
    queues = {kind: subscribe_queue(topic, FilterPolicy=json.dumps({"kind": [kind]}), RawMessageDelivery="true")[0]
              for kind in "abc"}
    everything, _ = subscribe_queue(topic, RawMessageDelivery="true")
    for kind in "abcab":
        sns.publish(TopicArn=topic, Message=kind, MessageAttributes={"kind": text(kind)})
    assert {kind: take_bodies(json_sqs, queue) for kind, queue in queues.items()} == {
        "a": ["a", "a"], "b": ["b", "b"], "c": ["c"]}
    assert take_bodies(json_sqs, everything) == list("abcab")


def test_a_hundred_filtered_subscriptions(sns_clients, clients):
    sns, sqs = sns_clients(account="666666666666"), clients(account="666666666666")
    topic = sns.create_topic(Name="filtered")["TopicArn"]
    queues = []
    for n in range(100):
        queues.append(sqs.create_queue(QueueName=f"filtered-{n}")["QueueUrl"])
        ten, kind = n - n % 10, "odd" if n % 2 else "even"
        policy = {"n": [{"numeric": [">=", ten, "<", ten + 10]}], "kind": [kind]}
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:666666666666:filtered-{n}",
                      Attributes={"FilterPolicy": json.dumps(policy), "RawMessageDelivery": "true"})
    for n in (3, 37, 99):
        sns.publish(TopicArn=topic, Message=str(n), MessageAttributes={"n": number(n), "kind": text("odd")})
    for n, queue in enumerate(queues):
        expected = [str(m) for m in (3, 37, 99) if m // 10 == n // 10 and n % 2 == 1]
        assert take_bodies(sqs, queue) == expected


def test_a_policy_can_be_changed(sns, json_sqs, topic, subscribe_queue):
    queue, arn = subscribe_queue(topic, FilterPolicy=json.dumps({"kind": ["a"]}), RawMessageDelivery="true")

    def publish(label):
        for kind in "ab":
            sns.publish(TopicArn=topic, Message=f"{label} {kind}", MessageAttributes={"kind": text(kind)})

    publish("first")
    set_subscription(sns, arn, "FilterPolicy", json.dumps({"kind": ["b"]}))
    publish("second")
    assert take_bodies(json_sqs, queue) == ["first a", "second b"]


def test_a_scope_can_be_changed(sns, json_sqs, topic, subscribe_queue):
    queue, arn = subscribe_queue(topic, FilterPolicy=json.dumps({"kind": ["a"]}), RawMessageDelivery="true")
    set_subscription(sns, arn, "FilterPolicyScope", BODY)
    assert subscription_attributes(sns, arn)["FilterPolicyScope"] == BODY
    sns.publish(TopicArn=topic, Message='{"kind": "a"}')
    sns.publish(TopicArn=topic, Message="{}", MessageAttributes={"kind": text("a")})
    assert take_bodies(json_sqs, queue) == ['{"kind": "a"}']


def test_a_batch_is_filtered_message_by_message(sns, json_sqs, topic, subscribe_queue):
    queue, _ = subscribe_queue(topic, FilterPolicy=json.dumps({"kind": ["a"]}), RawMessageDelivery="true")
    answer = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
        {"Id": str(n), "Message": str(n), "MessageAttributes": {"kind": text("ab"[n % 2])}} for n in range(6)])
    assert len(answer["Successful"]) == 6
    assert take_bodies(json_sqs, queue) == ["0", "2", "4"]


# -- What is no policy

FAULTS = [
    ({"a": []}, "Empty arrays are not allowed"),
    ({"a": [[1]]}, None),
    ({"a": "x"}, '"a" must be an object or an array'),
    ({"a": [{"wrong-operator": "x"}]}, "Unrecognized match type wrong-operator"),
    ({"a": [{"prefix": "x", "suffix": "y"}]}, "Only one key allowed in match expression"),
    ({"a": [{"suffix": 1}]}, "suffix match pattern must be a string"),
    ({"a": [{"prefix": 1}]}, "prefix match pattern must be a string"),
    ({"a": [{"exists": "yes"}]}, "exists match pattern must be either true or false."),
    ({"a": [{"cidr": "10.0.0.0"}]}, "Malformed CIDR, one '/' required"),
    ({"a": [{"numeric": []}]}, "Invalid member in numeric match: ]"),
    ({"a": [{"numeric": ["<>", 1]}]}, "Unrecognized numeric range operator: <>"),
    ({"a": [{"numeric": ["=", "1"]}]}, "Value of equals must be numeric"),
    ({"a": [{"numeric": [">", 10, "<", 5]}]}, "Bottom must be less than top"),
    ({"a": [{"anything-but": {"nonsense": "x"}}]}, "Unsupported anything-but pattern: nonsense"),
    ({f"k{n}": ["v"] for n in range(6)}, "Filter policy can not have more than 5 keys"),
    ({c: [f"{c}{n}" for n in range(6)] for c in "abc"}, "Filter policy is too complex"),
]


@pytest.mark.parametrize("policy, fault", FAULTS, ids=lambda p: json.dumps(p)[:60])
def test_what_is_no_policy(sns, topic, queue, arn_of, subscribe_queue, policy, fault):
    value = json.dumps(policy)
    with refused("InvalidParameter", contains="Invalid parameter: Attributes Reason: FilterPolicy: " + (fault or "")):
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn_of(queue), Attributes={"FilterPolicy": value})
    _, arn = subscribe_queue(topic)
    with refused("InvalidParameter", contains="Invalid parameter: FilterPolicy: " + (fault or "")):
        set_subscription(sns, arn, "FilterPolicy", value)


def test_text_that_is_no_json(sns, topic, queue, arn_of):
    for value in ("{", "nonsense", '{"a": [}'):
        with refused("InvalidParameter", contains="FilterPolicy: failed to parse JSON."):
            sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn_of(queue), Attributes={"FilterPolicy": value})


def test_only_bodies_are_nested(sns, topic, make_queue, arn_of):
    policy = json.dumps({"a": {"b": ["x"]}})
    with refused("InvalidParameter",
                 contains="Filter policy scope MessageAttributes does not support nested filter policy"):
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn_of(make_queue()),
                      Attributes={"FilterPolicy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn_of(make_queue()),
                  Attributes={"FilterPolicy": policy, "FilterPolicyScope": BODY})


def test_complexity_counts_depth(sns, topic, make_queue, arn_of):
    # 3 values at depth 3, 1 at depth 1 and 4 at depth 2: (3 x 3) x (1 x 1) x (4 x 2) = 72; then 9 x 1 x 8 x 3.
    policy = {"a": {"b": {"c": ["1", "2", "3"]}}, "d": ["1"], "e": {"f": ["1", "2", "3", "4"]}}
    arguments = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": arn_of(make_queue())}
    sns.subscribe(**arguments, Attributes={"FilterPolicyScope": BODY, "FilterPolicy": json.dumps(policy)})
    policy["d"] = ["1", "2", "3"]
    with refused("InvalidParameter", contains="Filter policy is too complex"):
        sns.subscribe(**arguments | {"Endpoint": arn_of(make_queue())},
                      Attributes={"FilterPolicyScope": BODY, "FilterPolicy": json.dumps(policy)})
