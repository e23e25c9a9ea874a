"""A client with queues and topics of its own, which it makes, changes, empties and deletes.

It does one thing at a time, so a naive model tells exactly what has to be there. When a request was not answered, the
server must be as the model is without it or as it is with it, and nothing else.
"""

import copy
import json
import time

from .callers import Lost, Refused
from .events import Wrong
from .names import content, name_of
from .traffic import Client
from .world import queue_arn, topic_arn


class Model:
    """What the steward's part of the server holds."""

    def __init__(self):
        self.queues = {}  # name: {"visibility", "kept", "count", "tags"}
        self.topics = {}  # name: {"shown", "subscriptions": {queue: [ARN or None when not known, kinds or None]}}

    def matches(self, seen):
        """Whether what was seen is this; ARNs that nobody was told are learnt."""
        for topic, known in self.topics.items():
            found = seen.topics.get(topic, {"subscriptions": {}})["subscriptions"]
            for queue, subscription in known["subscriptions"].items():
                if subscription[0] is None and queue in found:
                    subscription[0] = found[queue][0]
        return self.queues == seen.queues and self.topics == seen.topics

    def __repr__(self):
        return f"queues {self.queues} topics {self.topics}"


class Steward(Client):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.queue_names = [f"{self.name}-a", f"{self.name}-b", f"{self.name}-c.fifo"]
        self.topic_names = [f"{self.name}-s", f"{self.name}-t"]
        self.model = Model()
        self.after = None  # The model with the request that was not answered.

    # -- After a start: is everything as it was?

    def begin(self):
        seen = self.observe()
        if self.after is not None and self.after.matches(seen):
            self.model = self.after
        elif not self.model.matches(seen):
            with_it = f", or {self.after} if the last request was carried out" if self.after else ""
            self.events.append(Wrong(f"{self.name} finds {seen}; it should find {self.model}{with_it}"))
            self.model = seen
        self.after = None

    def observe(self):
        """Reads everything; of messages only how many there are."""
        seen = Model()
        listed = self.sqs("ListQueues", {"QueueNamePrefix": self.name + "-"}).get("QueueUrls", [])
        for queue in (url.rsplit("/", 1)[1] for url in listed):
            seen.queues[queue] = self.observe_queue(queue)
        for topic in self.list_topics():
            shown = self.sns("GetTopicAttributes", {"TopicArn": topic_arn(topic)})["Attributes"]["DisplayName"]
            seen.topics[topic] = {"shown": shown, "subscriptions": self.observe_subscriptions(topic)}
        return seen

    def list_topics(self):
        found, token = [], {}
        while True:
            answer = self.sns("ListTopics", token)
            found += [topic["TopicArn"].rsplit(":", 1)[1] for topic in answer["Topics"]]
            if not answer.get("NextToken"):
                return sorted(name for name in found if name.startswith(self.name + "-"))
            token = {"NextToken": answer["NextToken"]}

    def observe_queue(self, queue):
        told = self.sqs("GetQueueAttributes", {"QueueUrl": self.url(queue), "AttributeNames": ["All"]})["Attributes"]
        count = sum(int(told["ApproximateNumberOfMessages" + place]) for place in ("", "NotVisible", "Delayed"))
        return {"visibility": told["VisibilityTimeout"], "kept": told["MessageRetentionPeriod"], "count": count,
                "tags": self.sqs("ListQueueTags", {"QueueUrl": self.url(queue)}).get("Tags", {})}

    def observe_subscriptions(self, topic):
        found = {}
        for subscription in self.sns("ListSubscriptionsByTopic", {"TopicArn": topic_arn(topic)})["Subscriptions"]:
            told = self.sns("GetSubscriptionAttributes", {"SubscriptionArn": subscription["SubscriptionArn"]})
            policy = told["Attributes"].get("FilterPolicy")
            queue = subscription["Endpoint"].rsplit(":", 1)[1]
            found[queue] = [subscription["SubscriptionArn"], json.loads(policy)["kind"] if policy else None]
        return found

    # -- One change

    def step(self):
        time.sleep(self.dice.random() * 0.01)
        change = self.dice.choices(
            [self.create_queue, self.delete_queue, self.set_attributes, self.tag, self.untag, self.purge, self.send,
             self.take, self.create_topic, self.delete_topic, self.rename_topic, self.subscribe, self.unsubscribe,
             self.set_filter, self.publish],
            [6, 2, 4, 2, 2, 3, 14, 5, 5, 1, 3, 5, 2, 3, 10])[0]
        self.after = copy.deepcopy(self.model)
        try:
            change(self.after)
        except Lost:
            raise
        except Refused as refusal:
            if refusal.status >= 500:
                raise
            self.events.append(Wrong(f"{self.name}: {change.__name__} was refused with {refusal}; {self.model}"))
        self.model, self.after = self.after, None

    def some_queue(self, model, fifo=None):
        names = [name for name in model.queues if fifo is None or name.endswith(".fifo") == fifo]
        return self.dice.choice(names) if names else None

    def some_topic(self, model):
        return self.dice.choice(list(model.topics)) if model.topics else None

    def create_queue(self, model):
        missing = [name for name in self.queue_names if name not in model.queues]
        if not missing:
            return
        queue = self.dice.choice(missing)
        attributes = {"VisibilityTimeout": str(self.dice.randrange(1, 100)),
                      "MessageRetentionPeriod": str(self.dice.randrange(3600, 7200))}
        if queue.endswith(".fifo"):
            attributes["FifoQueue"] = "true"
        model.queues[queue] = {"visibility": attributes["VisibilityTimeout"],
                               "kept": attributes["MessageRetentionPeriod"], "count": 0, "tags": {"made": "so"}}
        self.sqs("CreateQueue", {"QueueName": queue, "Attributes": attributes, "tags": {"made": "so"}})

    def delete_queue(self, model):
        if queue := self.some_queue(model):
            del model.queues[queue]
            self.sqs("DeleteQueue", {"QueueUrl": self.url(queue)})

    def set_attributes(self, model):
        if queue := self.some_queue(model):
            visibility, kept = str(self.dice.randrange(1, 100)), str(self.dice.randrange(3600, 7200))
            model.queues[queue] |= {"visibility": visibility, "kept": kept}
            self.sqs("SetQueueAttributes", {"QueueUrl": self.url(queue), "Attributes": {
                "VisibilityTimeout": visibility, "MessageRetentionPeriod": kept}})

    def tag(self, model):
        if queue := self.some_queue(model):
            tags = {f"tag{self.dice.randrange(5)}": str(self.dice.randrange(100))}
            model.queues[queue]["tags"] |= tags
            self.sqs("TagQueue", {"QueueUrl": self.url(queue), "Tags": tags})

    def untag(self, model):
        if queue := self.some_queue(model):
            tag = f"tag{self.dice.randrange(5)}"
            model.queues[queue]["tags"].pop(tag, None)
            self.sqs("UntagQueue", {"QueueUrl": self.url(queue), "TagKeys": [tag]})

    def purge(self, model):
        if queue := self.some_queue(model):
            model.queues[queue]["count"] = 0
            self.sqs("PurgeQueue", {"QueueUrl": self.url(queue)})

    def send(self, model):
        if queue := self.some_queue(model):
            name = self.new_name()
            group = {"MessageGroupId": "g", "MessageDeduplicationId": name} if queue.endswith(".fifo") else {}
            model.queues[queue]["count"] += 1
            self.sqs("SendMessage", {"QueueUrl": self.url(queue), "MessageBody": content(name).body} | group)

    def take(self, model):
        """Receives a message and deletes it, if there is a visible one."""
        if not (queue := self.some_queue(model)):
            return
        messages = self.sqs("ReceiveMessage", {
            "QueueUrl": self.url(queue), "VisibilityTimeout": 5}).get("Messages", [])
        if not messages:
            return
        message, = messages
        if not name_of(message["Body"]).startswith(self.name + "."):
            self.events.append(Wrong(f"{queue} has the message of somebody else: {message['Body'][:80]!r}"))
        model.queues[queue]["count"] -= 1
        self.sqs("DeleteMessage", {"QueueUrl": self.url(queue), "ReceiptHandle": message["ReceiptHandle"]})

    def create_topic(self, model):
        missing = [name for name in self.topic_names if name not in model.topics]
        if missing:
            topic = self.dice.choice(missing)
            model.topics[topic] = {"shown": "new", "subscriptions": {}}
            self.sns("CreateTopic", {"Name": topic, "Attributes": {"DisplayName": "new"}})

    def delete_topic(self, model):
        if topic := self.some_topic(model):
            del model.topics[topic]
            self.sns("DeleteTopic", {"TopicArn": topic_arn(topic)})

    def rename_topic(self, model):
        if topic := self.some_topic(model):
            shown = f"name {self.dice.randrange(1000)}"
            model.topics[topic]["shown"] = shown
            self.sns("SetTopicAttributes", {
                "TopicArn": topic_arn(topic), "AttributeName": "DisplayName", "AttributeValue": shown})

    def subscribe(self, model):
        topic, queue = self.some_topic(model), self.some_queue(model, fifo=False)
        if not topic or not queue or queue in model.topics[topic]["subscriptions"]:
            return
        kinds = self.dice.choice([None, ["apple"], ["pear", "plum"]])
        attributes = {"FilterPolicy": json.dumps({"kind": kinds})} if kinds else {}
        model.topics[topic]["subscriptions"][queue] = [None, kinds]
        answer = self.sns("Subscribe", {
            "TopicArn": topic_arn(topic), "Protocol": "sqs", "Endpoint": queue_arn(queue),
            "Attributes": attributes | {"RawMessageDelivery": "true"}, "ReturnSubscriptionArn": True})
        model.topics[topic]["subscriptions"][queue] = [answer["SubscriptionArn"], kinds]

    def some_subscription(self, model):
        found = [(topic, queue) for topic, known in model.topics.items() for queue in known["subscriptions"]]
        return self.dice.choice(found) if found else (None, None)

    def unsubscribe(self, model):
        topic, queue = self.some_subscription(model)
        if topic:
            arn, _ = model.topics[topic]["subscriptions"].pop(queue)
            self.sns("Unsubscribe", {"SubscriptionArn": arn})

    def set_filter(self, model):
        topic, queue = self.some_subscription(model)
        if topic:
            kinds = self.dice.choice([["apple"], ["pear"], ["plum", "apple"]])
            known = model.topics[topic]["subscriptions"][queue]
            known[1] = kinds
            self.sns("SetSubscriptionAttributes", {
                "SubscriptionArn": known[0], "AttributeName": "FilterPolicy",
                "AttributeValue": json.dumps({"kind": kinds})})

    def publish(self, model):
        topic = self.some_topic(model)
        if not topic:
            return
        name = self.new_name()
        for queue, (_, kinds) in model.topics[topic]["subscriptions"].items():
            if queue in model.queues and (kinds is None or content(name).kind in kinds):
                model.queues[queue]["count"] += 1
        self.sns("Publish", {"TopicArn": topic_arn(topic), "Message": content(name).body,
                             "MessageAttributes": content(name).attributes})
