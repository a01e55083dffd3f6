"""What an operator sees: the HTTP port's pages, `pathkb status`, and how a start is announced.

Runs the daemon and reads its pages with a plain HTTP client, before, while and after there is
something to see.
"""

import glob
import os
import re
import socket
import threading
import urllib.error
import urllib.request

import programs

FACTS = 400_000


def page(url):
    """Status code and text of a page."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class OperatorsTest(programs.TestCase):

    def http(self, daemon):
        """http://HOST:PORT of a daemon."""
        found = re.search(r"health and metrics on (http://127\.0\.0\.1:\d+)", daemon.log_text)
        self.assertTrue(found, daemon.log_text)
        return found.group(1)

    def metric(self, url, name):
        code, text = page(url + "/metrics")
        self.assertEqual(code, 200)
        found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)
        self.assertTrue(found, text)
        return float(found.group(1))

    def test_pages(self):
        daemon = self.start()
        url = self.http(daemon)
        self.assertEqual(page(url + "/healthz"), (200, "live\n"))
        self.assertEqual(page(url + "/readyz"), (200, "ready\n"))
        self.assertEqual(page(url + "/no/such/page")[0], 404)
        self.assertEqual(self.metric(url, "pathkb_facts"), 0)
        self.ok(daemon, "insert", "(a b)", "(c d)")
        self.assertEqual(self.metric(url, "pathkb_facts"), 2)
        self.assertEqual(self.metric(url, "pathkb_revision"), 1)
        self.assertEqual(self.metric(url, "pathkb_changes_since_snapshot"), 2)
        self.ok(daemon, "snapshot", "create")
        self.assertEqual(self.metric(url, "pathkb_changes_since_snapshot"), 0)
        self.assertEqual(self.metric(url, "pathkb_base_facts"), 2)
        self.assertGreater(self.metric(url, "process_resident_memory_bytes"), 1 << 20)
        self.assertEqual(self.metric(url, "pathkb_writable"), 1)
        self.assertEqual(daemon.stop(), 0)

    def test_writes_are_counted_by_space(self):
        daemon = self.start()
        url = self.http(daemon)
        self.ok(daemon, "insert", "--space", "a", "(n 1)", "(n 2)", "(n 3)")
        self.ok(daemon, "insert", "--space", "a", "--confidence", "0.5", "(n 1)")
        self.ok(daemon, "delete", "--space", "a", "(n 2)")
        changes = 'pathkb_space_changes_total{space="%s",change="%s"}'
        for change, facts in (("inserted", 3), ("updated", 1), ("deleted", 1)):
            self.assertEqual(self.metric(url, changes % ("a", change)), facts)
        self.assertEqual(self.metric(url, 'pathkb_space_batches_total{space="a"}'), 3)
        # However many spaces a client makes, there are a hundred by name and one for the rest.
        for i in range(130):
            self.ok(daemon, "insert", "--space", f"s{i}", "(n)")
        text = page(url + "/metrics")[1]
        self.assertEqual(len(re.findall(r"^pathkb_space_batches_total\{", text, re.M)), 101)
        self.assertEqual(self.metric(url, changes % ("", "inserted")), 31)
        self.assertEqual(self.metric(url, changes % ("a", "inserted")), 3)

    def test_live_but_not_ready_while_it_recovers(self):
        daemon = self.start()
        data_dir = daemon.data_dir
        self.ok(daemon, "import", "-", stdin="".join(
            f"(r{i % 7} (of {i * 7919 % 1_000_003}) s{i})\n" for i in range(FACTS)))
        daemon.kill()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = "127.0.0.1:%d" % free.getsockname()[1]
        started = threading.Thread(
            target=lambda: self.start("--http-listen", address, data_dir=data_dir))
        started.start()
        seen = []
        while not seen or seen[-1][0] != 200:
            try:
                answer = page(f"http://{address}/readyz")
                if not seen or answer != seen[-1]:
                    seen.append(answer)
                if answer[0] != 200:
                    self.assertEqual(page(f"http://{address}/healthz")[0], 200)
            except urllib.error.URLError:
                # Not there yet; if it never comes, the start has failed.
                self.assertTrue(started.is_alive() or seen)
        started.join()
        self.assertEqual(seen[-1], (200, "ready\n"))
        progress = [re.fullmatch(r"not ready: replaying the log, (\d+) of (\d+)\n", text)
                    for code, text in seen if code == 503]
        progress = [(int(found.group(1)), int(found.group(2))) for found in progress if found]
        self.assertTrue(progress, seen)
        self.assertEqual(progress, sorted(progress))

    def test_read_only_recovery_shows_what_is_before_the_damage(self):
        daemon = self.start()
        data_dir = daemon.data_dir
        for i in range(20):
            self.ok(daemon, "insert", *[f"(fact {i} {j})" for j in range(100)])
        daemon.kill()
        log = glob.glob(os.path.join(data_dir, "wal", "r*.log"))[0]
        with open(log, "r+b") as file:
            middle = os.path.getsize(log) // 2
            file.seek(middle)
            byte = file.read(1)
            file.seek(middle)
            file.write(bytes([byte[0] ^ 1]))
        before = self.contents(data_dir)
        refused = self.run_pathkbd("--data-dir", data_dir, "--listen", "127.0.0.1:0")
        self.assertEqual(refused.returncode, 1)
        self.assertIn(log, refused.stderr)
        self.assertIn("pathkb file salvage " + data_dir, refused.stderr)
        daemon = self.start("--recovery", "read-only", data_dir=data_dir)
        count = int(self.ok(daemon, "count"))
        self.assertGreater(count, 0)
        self.assertLess(count, 2_000)
        status = self.status(daemon)
        self.assertFalse(status["writable"])
        self.assertIn("ended at revision", " ".join(status["recovery_notes"]))
        for command in (["insert", "(x)"], ["snapshot", "create"]):
            done = self.cli(daemon, *command)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("--recovery=read-only", done.stderr)
        # Another one may look as well.
        self.assertEqual(int(self.ok(self.start("--recovery", "read-only", data_dir=data_dir),
                                     "count")), count)
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual({name: text for name, text in self.contents(data_dir).items()
                          if name != "LOCK"},
                         {name: text for name, text in before.items() if name != "LOCK"})

    def test_scrub_finds_what_has_gone_bad(self):
        daemon = self.start("--scrub-interval", "1")
        self.ok(daemon, "insert", "(a b)")
        self.ok(daemon, "snapshot", "create")
        url = self.http(daemon)
        while self.metric(url, 'pathkb_worker_runs_total{worker="scrub"}') < 1:
            pass
        terms = glob.glob(os.path.join(daemon.data_dir, "snapshots", "*.terms"))[0]
        with open(terms, "ab") as file:
            file.write(b"x")
        while self.metric(url, 'pathkb_worker_failures_total{worker="scrub"}') < 1:
            pass
        scrub = [worker for worker in self.status(daemon)["workers"]
                 if worker["name"] == "scrub"][0]
        self.assertIn(terms, scrub["last_error"])
        self.assertEqual(self.ok(daemon, "count"), "1\n")

    def contents(self, data_dir):
        """Every file below `data_dir`, by name, with its bytes."""
        files = {}
        for folder, _, names in os.walk(data_dir):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    files[os.path.relpath(path, data_dir)] = file.read()
        return files

    def test_without_the_port(self):
        daemon = self.start("--http-listen", "off")
        self.assertNotIn("http://", daemon.log_text)
        self.ok(daemon, "insert", "(a b)")

    def test_an_address_that_is_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = "127.0.0.1:%d" % taken.getsockname()[1]
            done = self.run_pathkbd("--data-dir", os.path.join(self.dir, "data"), "--listen",
                                    "127.0.0.1:0", "--http-listen", address)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"cannot listen on {address}", done.stderr)
        # Nothing was made.
        self.assertEqual(os.listdir(self.dir), [])


if __name__ == "__main__":
    programs.main()
