# SPDX-License-Identifier: MIT
"""The programs that are running, and what they answer."""

import json
import os
import select
import subprocess
import tempfile
import time

PATIENCE = 900  # seconds for one answer
REST = 0.03  # seconds for the threads of the one before to fall asleep


class Missing(Exception):
    """Something in a library is not there."""


class Absent(Exception):
    """A library is not installed."""


class Fault(Exception):
    """A program failed."""


class Worker:
    """A program that was started, and said who it is."""

    def __init__(self, command, process, folder):
        self.log = tempfile.TemporaryFile("w+")
        prepare = (lambda: os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[
            :process.processors])) if process.processors else None
        try:
            self.program = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=self.log, text=True,
                env=dict(process.environment(), BENCH_DATA=folder), preexec_fn=prepare)
        except OSError as fault:
            raise Absent(f"{command[0]}: {fault.strerror}") from None
        self.hello = self.ask("hello", {})

    def ask(self, verb, fields):
        line = " ".join([verb] + [f"{key}={value}" for key, value in fields.items()])
        answer = self.talk(line)
        if "missing" in answer:
            raise Missing(answer["missing"])
        if "error" in answer:
            raise Fault(answer["error"])
        return answer

    def talk(self, line):
        try:
            self.program.stdin.write(line + "\n")
            self.program.stdin.flush()
        except OSError:
            pass
        ready, _, _ = select.select([self.program.stdout], [], [], PATIENCE)
        text = self.program.stdout.readline() if ready else ""
        if not text:
            raise self.last_words()
        return json.loads(text)

    def last_words(self):
        """Why it says no more."""
        self.end()
        self.log.seek(0)
        lines = self.log.read().strip().splitlines() or ["no answer"]
        self.log.close()
        if lines[-1].startswith(("ModuleNotFoundError", "ImportError")):
            return Absent(lines[-1])
        return Fault(lines[-1])

    def stop(self):
        self.end()
        self.log.close()

    def end(self):
        try:
            self.program.stdin.close()
            self.program.wait(2)
        except (OSError, subprocess.TimeoutExpired):
            self.program.kill()
            self.program.wait()
        self.program.stdout.close()


class Workers:
    """All of them: started when they are first needed, stopped at the end."""

    def __init__(self, folder):
        self.folder, self.running, self.broken = folder, {}, {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for worker in self.running.values():
            worker.stop()
        self.running.clear()

    def get(self, command, process):
        key = (tuple(map(str, command)), process)
        if key in self.broken:
            raise self.broken[key]
        if key not in self.running:
            try:
                self.running[key] = Worker(command, process, self.folder)
            except (Absent, Missing, Fault) as fault:
                self.broken[key] = fault
                raise
        return self.running[key]

    def ask(self, command, process, verb, fields, once=False):
        """An answer, and who gave it; a new process, if it is to be its first work."""
        time.sleep(REST)
        if not once:
            worker = self.get(command, process)
            try:
                return worker.ask(verb, fields), worker.hello
            except Fault:
                if worker.program.poll() is not None:
                    self.running.pop((tuple(map(str, command)), process), None)
                raise
        worker = Worker(command, process, self.folder)
        try:
            return worker.ask(verb, fields), worker.hello
        finally:
            worker.stop()
