"""What an operator sees: the HTTP port's pages, `pathkb status`, and how a start is announced.

Runs the daemon and reads its pages with a plain HTTP client, before, while and after there is
something to see.
"""

import os
import re
import socket
import urllib.error
import urllib.request

import programs


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
