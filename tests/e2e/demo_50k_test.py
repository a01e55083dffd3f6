"""50,000 inserts with a snapshot after each 10,000, a few more, a restart: everything is there.

First with snapshots on request, then with those the server takes by itself after 10,000 changes.
"""

import os

import programs


def facts(first, end):
    return "".join(f"(entry {i} (value {i * 7}))\n" for i in range(first, end))


class Demo50kTest(programs.TestCase):

    def check_all(self, daemon, total):
        self.assertEqual(self.ok(daemon, "count"), f"{total}\n")
        for i in (0, 9_999, 10_000, 25_000, total - 1):
            self.assertEqual(self.ok(daemon, "get", f"(entry {i} (value {i * 7}))"),
                             f"(entry {i} (value {i * 7}))\n")
        self.assertEqual(self.cli(daemon, "get", f"(entry {total} (value 0))").returncode, 3)

    def test_snapshots_on_request(self):
        daemon = self.start()
        pairs = set()
        for step in range(5):
            self.ok(daemon, "import", "-", stdin=facts(step * 10_000, (step + 1) * 10_000))
            self.ok(daemon, "snapshot", "create")
            status = self.status(daemon)
            self.assertEqual(status["base_facts"], (step + 1) * 10_000)
            pairs.add(status["snapshot"])
        self.assertEqual(len(pairs), 5)
        self.ok(daemon, "import", "-", stdin=facts(50_000, 50_123))
        daemon.kill()
        again = self.start()
        status = self.status(again)
        self.assertEqual((status["facts"], status["base_facts"], status["working_set_facts"]),
                         (50_123, 50_000, 123))
        self.check_all(again, 50_123)

    def test_snapshots_by_changes(self):
        daemon = self.start("--snapshot-max-changes", "10000")
        for step in range(5):
            self.ok(daemon, "import", "-", stdin=facts(step * 10_000, (step + 1) * 10_000))
        daemon.stop()
        taken = daemon.log_text.count(" info snapshot ")
        self.assertGreaterEqual(taken, 1, daemon.log_text)
        self.assertLessEqual(taken, 6, daemon.log_text)
        again = self.start()
        self.assertEqual(self.status(again)["base_facts"], 50_000)
        self.check_all(again, 50_000)
        # No more than the newest pair and the one before it stay on disk.
        trees = [name for name in os.listdir(os.path.join(self.dir, "data", "snapshots"))
                 if name.endswith(".tree")]
        self.assertLessEqual(len(trees), 2)


if __name__ == "__main__":
    programs.main()
