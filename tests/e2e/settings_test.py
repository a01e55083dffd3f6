"""Settings reach the files and the mappings, and none of them changes what is answered.

Runs the daemon with each setting that concerns snapshots and memory, on files large enough to be
mapped, and reads its log.
"""

import json

import programs

FACTS = 100_000


class SettingsTest(programs.TestCase):

    def import_facts(self, daemon):
        text = "".join(f"(r{i % 7} (of {i * 7919 % 1_000_003}) s{i * 104_729 % 999_983})\n"
                       for i in range(FACTS))
        self.ok(daemon, "import", "-", stdin=text)

    def check_answers(self, daemon):
        self.assertEqual(self.ok(daemon, "count"), f"{FACTS}\n")
        self.assertEqual(self.lines(daemon, "query", "($r (of 7919) $s)"),
                         ["(r1 (of 7919) s104729)"])

    def create(self, daemon, *arguments):
        """`pathkb snapshot create` as a dict."""
        return json.loads(self.ok(daemon, "-o", "json", "snapshot", "create", *arguments))

    def test_everything_at_once(self):
        settings = ["--snapshot-terms-compression", "zlib", "--mmap-populate", "true",
                    "--mmap-lock", "true", "--mmap-huge-pages", "true", "--prewarm", "true"]
        daemon = self.start(*settings)
        self.import_facts(daemon)
        made = self.create(daemon)
        self.assertTrue(made["created"] and made["deduplicated"])
        self.assertGreater(made["tree_bytes"], 1 << 20)
        self.check_answers(daemon)
        self.assertEqual(daemon.stop(), 0)
        tree = f"{made['id']}.tree: {made['tree_bytes']} bytes mapped: "
        self.assertIn(tree, daemon.log_text)
        # Locked, or a warning that says why not: that is up to whoever runs this.
        self.assertRegex(daemon.log_text, r"\.tree: .*([1-9]\d* locked|warn.*lock of .* refused)")
        self.assertIn("prewarm: ", daemon.log_text)
        again = self.start(*settings)
        self.check_answers(again)
        self.assertEqual(again.stop(), 0)
        self.assertIn(tree, again.log_text)
        self.assertIn("prewarm: ", again.log_text)

    def test_nothing_is_said_that_nobody_asked_for(self):
        daemon = self.start()
        self.import_facts(daemon)
        self.create(daemon)
        self.assertEqual(daemon.stop(), 0)
        self.assertNotIn("bytes mapped", daemon.log_text)
        self.assertNotIn("prewarm", daemon.log_text)

    def test_without_deduplication(self):
        daemon = self.start("--snapshot-deduplicate", "false")
        self.import_facts(daemon)
        self.assertFalse(self.create(daemon)["deduplicated"])
        self.assertEqual(daemon.stop(), 0)
        daemon = self.start()
        self.assertFalse(self.create(daemon)["created"])
        self.ok(daemon, "insert", "(one more)")
        self.assertTrue(self.create(daemon)["deduplicated"])
        plain = self.create(daemon, "--no-dedup")
        self.assertTrue(plain["created"])
        self.assertFalse(plain["deduplicated"])
        self.assertFalse(self.create(daemon, "--no-dedup")["created"])

    def test_a_slow_snapshot_does_not_delay_a_stop(self):
        # At this speed the .tree alone takes more than ten seconds.
        daemon = self.start("--snapshot-max-bytes-per-second", "65536", "--snapshot-at-shutdown",
                            "false", "--snapshot-max-changes", str(FACTS))
        self.import_facts(daemon)
        while not self.status(daemon)["snapshot_running"]:
            pass
        self.assertEqual(daemon.stop(), 0)
        self.assertIn("snapshot given up: the server is shutting down", daemon.log_text)
        again = self.start()
        self.check_answers(again)


if __name__ == "__main__":
    programs.main()
