"""Fair queues: a noisy group of a standard queue does not delay the others."""


def send(sqs, queue, group, count):
    for start in range(0, count, 10):
        sqs.send_message_batch(QueueUrl=queue, Entries=[
            {"Id": str(n), "MessageBody": f"{group}-{n}", "MessageGroupId": group}
            for n in range(start, min(start + 10, count))])


def groups(sqs, queue, count=10):
    answer = sqs.receive_message(
        QueueUrl=queue, MaxNumberOfMessages=count, MessageSystemAttributeNames=["MessageGroupId"])
    return [m["Attributes"]["MessageGroupId"] for m in answer.get("Messages", [])]


def test_quiet_groups_pass_a_noisy_one(sqs, queue):
    send(sqs, queue, "noisy", 200)
    for _ in range(6):
        assert groups(sqs, queue) == ["noisy"] * 10
    send(sqs, queue, "quiet", 3)
    assert groups(sqs, queue)[:3] == ["quiet"] * 3


def test_groups_do_not_lock_in_a_standard_queue(sqs, queue):
    send(sqs, queue, "one", 3)
    assert [len(groups(sqs, queue, 1)) for _ in range(4)] == [1, 1, 1, 0]


def test_a_noisy_group_alone_is_served_at_full_speed(sqs, queue):
    send(sqs, queue, "noisy", 100)
    assert sum(len(groups(sqs, queue)) for _ in range(10)) == 100
