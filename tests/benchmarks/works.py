"""Pieces of work to be measured in a process of their own."""

from importlib import import_module


def doubled(number):
    return lambda: 2 * number


def failing():
    def work():
        raise ValueError("not today")

    return work


def lacking():
    return import_module("no_such_library").work
