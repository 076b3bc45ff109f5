#!/usr/bin/env python3
"""The consul modules of Debian's Ansible: services, checks, keys, locks and sessions, present, absent and unchanged."""
import os
import shutil
import tempfile

from peers import HOST, Agent, main, run

PLAYBOOK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clients/ansible.yml")


def modules_change_what_they_say(program):
    home = tempfile.mkdtemp(prefix="weft-ansible-")
    try:
        with Agent(program) as agent:
            assert os.path.exists("/usr/bin/ansible-playbook"), "Ansible is missing: run deploy/setup.sh --interop"
            run(["/usr/bin/ansible-playbook", "-i", "localhost,", "-e", "consul_host=%s consul_port=%d" % (HOST, agent.http_port),
                 PLAYBOOK], seconds=240, cwd=home,
                env={"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8", "ANSIBLE_PIPELINING": "true",
                     "ANSIBLE_NOCOLOR": "true", "ANSIBLE_DISPLAY_OK_HOSTS": "false", "ANSIBLE_LOCALHOST_WARNING": "false"})
            assert list(agent.get("/v1/catalog/services")) == ["consul"] and agent.get("/v1/session/list") == []
    finally:
        shutil.rmtree(home, ignore_errors=True)


main(__doc__, [modules_change_what_they_say])
