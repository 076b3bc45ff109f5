#!/usr/bin/env python3
"""Checks what compilers can't: who includes whom, what a core must not know, sizes, READMEs, names.

Each message says the place, the rule and its reason. Run from anywhere: tests/tidy/tidy.py [--root DIR]; exit 1 on a
finding. The rules are tables below; a change of the layer diagram changes ARROWS in the same commit.
"""
import argparse
import os
import re
import subprocess
import sys

# Folder -> folders that it may include (itself always). The layer diagram of the root README.
BASE = ["agent/base"]
SHELL = ["agent/base", "agent/io"]
RAFT = ["raft/core", "raft/storage", "raft/driver"]
API = ["api/http", "api/dns"]
GOSSIP = ["gossip/wire", "gossip/core"]
ARROWS = {
    "agent/base": [],
    "agent/io": BASE,
    "agent/io/rocks": SHELL,
    "gossip/wire": BASE,
    "gossip/core": BASE + ["gossip/wire"],
    "gossip/net": SHELL + ["gossip/core", "gossip/wire"],
    "raft/core": BASE,
    "raft/storage": SHELL + ["agent/io/rocks", "raft/core"],
    "raft/driver": SHELL + ["raft/core", "raft/storage"],
    "agent/catalog": BASE,
    "agent/catalog/store": SHELL + ["agent/io/rocks", "agent/catalog"],
    "agent/catalog/snapshot": ["agent/base", "agent/catalog"],
    "agent/config_entry": BASE,
    "agent/prepared_query": BASE + ["agent/catalog"],
    "agent/health": SHELL + ["agent/catalog"],
    "api/http": SHELL + ["agent/catalog", "agent/config_entry", "agent/prepared_query"],
    "api/dns": SHELL + ["agent/catalog", "agent/prepared_query"],
    "agent/config": SHELL + ["agent/catalog", "agent/catalog/store", "agent/config_entry", "agent/health"] + RAFT + API + GOSSIP,
    "agent/cli": SHELL,
    "agent/runtime": SHELL + ["agent/catalog", "agent/catalog/store", "agent/catalog/snapshot", "agent/config_entry", "agent/health", "agent/config", "gossip/net"] + RAFT + API +
    GOSSIP,
    "agent": SHELL + ["agent/cli", "agent/config", "agent/runtime", "agent/catalog", "agent/catalog/snapshot"],
}

CORES = ["agent/base", "agent/catalog", "agent/catalog/snapshot", "agent/config_entry", "agent/prepared_query", "gossip/wire", "gossip/core", "raft/core"]
CORE_BANS = [
    (r"#include <boost/asio", "a core waits for nothing: Asio belongs to shells"),
    (r"#include <rocksdb", "a core knows no disk: RocksDB belongs to shells"),
    (r"#include <spdlog", "a core does not log: it emits events"),
    (r"#include <(thread|mutex|condition_variable|fstream|iostream)>", "a core has no thread, lock or file"),
    (r"::now\(", "a core is told the time"),
    (r"\bstd::rand\b|\brandom_device\b|\bmt19937", "a core is handed its Rng"),
]
# Measured exceptions, each with its reason.
CORE_EXCEPTIONS = {}

BANS = [
    (r"\bco_spawn\s*\(", ["agent/io/task_scope.hpp", "agent/io/task_scope.cpp"],
     "co_spawn stands in TaskScope only, so that each coroutine has an owner"),
    (r"\basio::detached\b", ["agent/io/task_scope.hpp", "agent/io/task_scope.cpp"], "nothing is detached: use TaskScope"),
    (r"\bTODO\b(?!\(#\d+\))", [], "TODO needs an issue: TODO(#12)"),
    (r"\bvolatile\b|\bgoto\b", [], "no volatile, no goto"),
    (r"#include <(iostream|regex)>", [], "iostream costs start-up and size, std::regex is exponential: fmt and RE2"),
]

LINES_MOST = 600
NAME = re.compile(r"^[a-z0-9_]+\.(hpp|cpp)$")
BAD_FOLDERS = {"util", "utils", "common", "misc", "types", "helpers"}
TOP = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "agent", "gossip", "raft", "proxy", "api", "tests",
       "deploy"}
INCLUDE = re.compile(r'^\s*#include\s+"([^"]+)"')
MACHINE = re.compile(r"(?<![\w.$}])/(home|root)/[a-z]")


def files(root):
    out = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root,
                         capture_output=True, check=True).stdout
    return sorted(f for f in out.decode().split("\0") if f and os.path.exists(os.path.join(root, f)))


class Tidy:
    def __init__(self, root):
        self.root = root
        self.findings = []

    def find(self, place, rule):
        self.findings.append("%s: %s" % (place, rule))

    def text(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as f:
            return f.read()

    def check_include(self, path, number, target):
        folder, to = os.path.dirname(path), os.path.dirname(target)
        if not os.path.exists(os.path.join(self.root, target)):
            self.find("%s:%d" % (path, number), 'include "%s" from the root of the repository' % target)
        elif to != folder and folder in ARROWS and to not in ARROWS[folder]:
            self.find("%s:%d" % (path, number),
                      "%s may not include %s: includes follow the layer diagram (ARROWS in tests/tidy/tidy.py)"
                      % (folder, to))

    def check_source(self, path, folders):
        folder, product = os.path.dirname(path), not path.startswith("tests/")
        lines = self.text(path).splitlines()
        if len(lines) > LINES_MOST:
            self.find(path, "%d lines, at most %d: split by decision" % (len(lines), LINES_MOST))
        if not NAME.match(os.path.basename(path)):
            self.find(path, "file names are snake_case.hpp or .cpp")
        if product:
            folders.add(folder)
            if folder not in ARROWS:
                self.find(path, "folder %s is not in the layer diagram" % folder)
        if path.endswith(".hpp") and "#pragma once" not in "\n".join(lines[:5]):
            self.find(path, "a header begins with #pragma once")
        for number, line in enumerate(lines, 1):
            include = INCLUDE.match(line)
            if include:
                self.check_include(path, number, include.group(1))
            code = line.split("//")[0]
            for pattern, allowed, reason in BANS:
                if product and path not in allowed and re.search(pattern, line if "TODO" in pattern else code):
                    self.find("%s:%d" % (path, number), reason)
            if folder in CORES and path not in CORE_EXCEPTIONS:
                for pattern, reason in CORE_BANS:
                    if re.search(pattern, code):
                        self.find("%s:%d" % (path, number), reason)

    def run(self):
        folders = set()
        for path in files(self.root):
            top = path.split("/")[0]
            if top not in TOP and not top.startswith("."):
                self.find(path, "the top level holds only %s and dot-files" % ", ".join(sorted(TOP)))
            if BAD_FOLDERS & set(path.split("/")[:-1]):
                self.find(path, "name a folder after what it is for")
            if path.endswith((".cpp", ".hpp")):
                self.check_source(path, folders)
            if path.endswith((".cpp", ".hpp", ".md", ".sh", ".txt", ".cmake", ".hcl", ".service")):
                if not path.startswith(("tests/interop/golden/", "tests/tidy/")):
                    for number, line in enumerate(self.text(path).splitlines(), 1):
                        if MACHINE.search(line):
                            self.find("%s:%d" % (path, number), "names a place of one machine: the repository stands alone")
        for folder in sorted(folders):
            if not os.path.exists(os.path.join(self.root, folder, "README.md")):
                self.find(folder, "each folder has a README of one screen")
        return self.findings


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
    options = parser.parse_args()
    findings = Tidy(os.path.abspath(options.root)).run()
    for finding in findings:
        print(finding)
    print("tidy: %d finding%s" % (len(findings), "" if len(findings) == 1 else "s"))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
