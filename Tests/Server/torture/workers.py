"""Processes full of clients, so that the load is real: each has some threads and a pipe to the one that kills."""

import multiprocessing
import threading

from .callers import RawCaller, SDKCaller
from .events import Wrong
from .stewards import Steward
from .traffic import Consumer, Mover, Producer, Publisher, Round

# A client that does not end its round in this time hangs.
ROUND_SECONDS = 90


def sdk_clients(make):
    """Clients with boto3."""
    return [make(Steward, "steward1"), make(Steward, "steward2"), make(Producer, "p1", family="orders"),
            make(Consumer, "c1", family="orders"), make(Publisher, "n1")]


def order_clients(make):
    return [make(Producer, "p2", family="orders"), make(Producer, "p3", family="orders"),
            make(Consumer, "c2", family="orders", thoroughness=0.85), make(Consumer, "c3", family="orders"),
            make(Consumer, "c4", family="orders", queue="orders-dead", thoroughness=0.4),
            make(Mover, "m1", family="orders"), make(Mover, "m2", family="retry"),
            make(Publisher, "n2"), make(Consumer, "c5", family="fan-raw"), make(Consumer, "c6", family="fan-wrapped")]


def fifo_clients(make):
    return [make(Producer, "p4", family="strict"), make(Producer, "p5", family="strict"),
            make(Consumer, "c7", family="strict"), make(Consumer, "c8", family="strict"),
            make(Producer, "p6", family="retry"), make(Consumer, "c9", family="retry", thoroughness=0.7),
            make(Consumer, "c10", family="retry", queue="retry-dead.fifo", thoroughness=0.4),
            make(Publisher, "n3", is_fifo=True), make(Consumer, "c11", family="steps")]


PROCESSES = [(SDKCaller, sdk_clients), (RawCaller, order_clients), (RawCaller, fifo_clients)]


class Worker:
    """One process, seen from the one that kills."""

    def __init__(self, number):
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=work, args=(other, number), daemon=True)
        self.process.start()
        other.close()

    def renew(self, seed, port):
        """New clients for a new data directory."""
        self.pipe.send((seed, port))

    def begin(self):
        self.pipe.send("begin")

    def server_may_refuse(self):
        self.pipe.send("may refuse")

    def end(self):
        """Asks for the end of the round."""
        self.pipe.send("end")

    def report(self):
        """What the clients hand in: events, and how many requests were answered and not answered."""
        if not self.pipe.poll(ROUND_SECONDS * 2):
            return [Wrong("a process of clients does not answer")], 0, 0
        return self.pipe.recv()

    def close(self):
        self.process.kill()
        self.process.join()


def work(pipe, number):
    """The life of a process of clients: rounds until the pipe closes."""
    make_caller, make_clients = PROCESSES[number]
    clients = []
    while True:
        try:
            word = pipe.recv()
        except EOFError:
            return
        if word == "begin":
            pipe.send(work_a_round(pipe, clients))
        elif isinstance(word, tuple):
            seed, port = word
            clients = make_clients(
                lambda kind, name, **options: kind(name, seed, lambda: make_caller(port), **options))


def work_a_round(pipe, clients):
    over, may_refuse = threading.Event(), threading.Event()
    rounds = [Round(client, over.is_set, may_refuse.is_set) for client in clients]
    for thread in rounds:
        thread.start()
    while pipe.recv() != "end":
        may_refuse.set()
    over.set()
    events, answered, unanswered = [], 0, 0
    for thread in rounds:
        thread.join(ROUND_SECONDS)
        if thread.is_alive():
            events.append(Wrong(f"{thread.name} still waits for an answer"))
    for client in clients:
        events += client.events
        answered += client.answered
        unanswered += client.unanswered
        client.events, client.answered, client.unanswered = [], 0, 0
    return events, answered, unanswered
