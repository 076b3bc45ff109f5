#!/usr/bin/env python3
"""Answers join_probe.py in the place of `serf members|event|query`, for a gossip_agent that a test holds: the command goes
to the unix socket that -rpc-addr names, and what comes back is printed."""
import json
import socket
import sys


def main():
    command, address = sys.argv[1], sys.argv[2].partition("=")[2]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        connection.sendall(json.dumps([command] + sys.argv[3:]).encode() + b"\n")
        with connection.makefile() as answer:
            print(answer.read(), end="")


if __name__ == "__main__":
    main()
