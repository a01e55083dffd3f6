"""A user's first facts: what is saved is there after a restart and a crash, what is deleted is not.

Holds the `facts/math/addition` example: a named fact is saved, loaded again, and asked for by name.
"""

import json

import programs


class FactsTest(programs.TestCase):

    def test_addition_by_name_survives_snapshot_and_restart(self):
        daemon = self.start()
        self.ok(daemon, "insert", "--name", "facts/math/addition", "--confidence", "1.0",
                "--source", "arithmetic", "--meta", "author=Peano", "--meta", "level=1",
                "(= (+ 2 2) 4)")
        self.ok(daemon, "snapshot", "create")
        self.assertEqual(daemon.stop(), 0)
        again = self.start()
        self.assertEqual(self.ok(again, "get", "--name", "facts/math/addition"), "(= (+ 2 2) 4)\n")
        fact = json.loads(self.ok(again, "-o", "json", "get", "--name", "facts/math/addition"))
        self.assertEqual(fact["fact"], "(= (+ 2 2) 4)")
        self.assertEqual(fact["name"], "facts/math/addition")
        self.assertEqual(fact["confidence"], 1)
        self.assertEqual(fact["source"], "arithmetic")
        self.assertEqual(fact["metadata"], {"author": "Peano", "level": "1"})
        self.assertEqual(self.lines(again, "query", "(= (+ $a $b) 4)"), ["(= (+ 2 2) 4)"])
        found = json.loads(self.ok(again, "-o", "json", "query", "(= (+ $a $b) $c)"))
        self.assertEqual(found["bindings"], {"a": "2", "b": "2", "c": "4"})

    def test_one_entry_of_many_facts_is_kept_once(self):
        daemon = self.start()
        text = "".join(f'{{"fact":"(n {i})","confidence":0.5,"source":"census"}}\n'
                       for i in range(10_000))
        self.ok(daemon, "import", "--format", "jsonl", "-", stdin=text)
        status = self.status(daemon)
        self.assertEqual(status["working_set_entries"], 1)
        self.assertEqual(status["working_set_entry_uses"], 10_000)
        self.assertLess(status["working_set_entry_bytes"], 100)
        self.assertEqual(status["unique_terms"], 1)
        self.assertRegex(self.ok(daemon, "status"), r"in the working set +1, \d+ bytes, given to "
                                                    r"10000 facts")
        self.ok(daemon, "snapshot", "create")
        status = self.status(daemon)
        self.assertEqual((status["working_set_entries"], status["base_entries"]), (0, 1))
        self.assertEqual(status["working_set_entry_uses"], 0)
        self.assertGreater(status["base_entry_bytes"], 0)
        self.assertLess(status["base_entry_bytes"], 200)
        self.assertEqual(status["unique_terms"], 1)
        # The entry has another id here and there, and is the same entry to all who ask.
        self.ok(daemon, "insert", "--confidence", "0.5", "--source", "census", "(m 1)")
        daemon.kill()
        daemon = self.start()
        for fact in ("(m 1)", "(n 77)"):
            found = json.loads(self.ok(daemon, "-o", "json", "get", fact))
            self.assertEqual((found["confidence"], found["source"]), (0.5, "census"))
        self.assertEqual(self.ok(daemon, "count", "--source", "census", "($r $n)"), "10001\n")
        self.ok(daemon, "compact")
        self.assertEqual(self.status(daemon)["base_entries"], 1)

    def test_a_name_is_moved_to_another_term(self):
        daemon = self.start()
        self.ok(daemon, "insert", "--name", "n", "(old fact)")
        self.ok(daemon, "snapshot", "create")
        self.ok(daemon, "insert", "--name", "n", "(new fact)")
        self.assertEqual(self.lines(daemon, "query", "($a fact)"), ["(new fact)"])
        self.assertEqual(self.ok(daemon, "count"), "1\n")
        daemon.kill()
        again = self.start()
        self.assertEqual(self.lines(again, "query", "($a fact)"), ["(new fact)"])

    def test_a_delete_stays_across_snapshot_and_crash(self):
        daemon = self.start()
        self.ok(daemon, "insert", "(parent Tom Bob)", "(parent Pam Bob)", "(parent Bob Ann)")
        self.ok(daemon, "snapshot", "create")
        self.ok(daemon, "delete", "(parent Tom Bob)")
        self.assertEqual(self.cli(daemon, "get", "(parent Tom Bob)").returncode, 3)
        for how in ("kill", "stop", "snapshot", "kill"):
            if how == "kill":
                daemon.kill()
            elif how == "stop":
                self.assertEqual(daemon.stop(), 0)
            if how == "snapshot":
                self.ok(daemon, "insert", "(parent Tom Liz)")
                self.ok(daemon, "snapshot", "create")
            else:
                daemon = self.start()
            self.assertEqual(self.lines(daemon, "query", "(parent $x Bob)"), ["(parent Pam Bob)"])
        self.assertEqual(self.ok(daemon, "count"), "3\n")

    @staticmethod
    def layers(status):
        return status["facts"], status["base_facts"], status["working_set_facts"]

    def test_status_counts_base_and_working_set(self):
        daemon = self.start()
        self.assertEqual(self.status(daemon)["facts"], 0)
        self.ok(daemon, "insert", "(a 1)", "(a 2)", "(a 3)")
        status = self.status(daemon)
        self.assertEqual(self.layers(status), (3, 0, 3))
        self.assertIsNone(status["snapshot"])
        self.ok(daemon, "snapshot", "create")
        status = self.status(daemon)
        self.assertEqual(self.layers(status), (3, 3, 0))
        self.assertEqual(status["changes_since_snapshot"], 0)
        self.assertTrue(status["has_snapshot"])
        self.ok(daemon, "delete", "(a 1)")
        self.ok(daemon, "insert", "(a 4)", "(a 2)")
        status = self.status(daemon)
        self.assertEqual(self.layers(status), (3, 3, 2))
        self.assertEqual(status["changes_since_snapshot"], 2)
        listed = self.lines(daemon, "-o", "json", "snapshot", "list")
        self.assertEqual(len(listed), 1)

    def test_equal_entries_are_one_term(self):
        daemon = self.start()
        facts = [f"(measured {i})" for i in range(200)]
        self.ok(daemon, "insert", "--confidence", "0.5", "--source", "lab", *facts)
        self.assertEqual(self.status(daemon)["unique_terms"], 1)
        self.ok(daemon, "snapshot", "create")
        self.assertEqual(self.status(daemon)["unique_terms"], 1)
        fact = json.loads(self.ok(daemon, "-o", "json", "get", "(measured 7)"))
        self.assertEqual((fact["confidence"], fact["source"]), (0.5, "lab"))

    def test_list_pages_through_everything_in_order(self):
        daemon = self.start()
        text = "".join(f"(n {i})\n" for i in range(2500))
        self.ok(daemon, "import", "-", stdin=text)
        self.ok(daemon, "snapshot", "create")
        self.ok(daemon, "delete", "(n 1700)")
        listed = self.lines(daemon, "list")
        expected = [f"(n {i})" for i in range(2500) if i != 1700]
        self.assertEqual(listed, expected)
        self.ok(daemon, "insert", "--name", "group/b", "(x 1)")
        self.ok(daemon, "insert", "--name", "group/a", "(x 2)")
        self.ok(daemon, "insert", "--name", "other", "(x 3)")
        self.assertEqual(self.lines(daemon, "list", "group/"), ["(x 2)", "(x 1)"])
        exported = self.lines(daemon, "export")
        self.assertEqual(len([line for line in exported if line.startswith("(")]), 2499 + 3)
        self.assertEqual(len([line for line in exported if line.startswith(";@ ")]), 3)

    def test_rules_with_variables_are_kept_and_matched(self):
        daemon = self.start()
        self.ok(daemon, "insert", "(= (double $n) (* 2 $n))")
        self.ok(daemon, "snapshot", "create")
        self.assertEqual(self.lines(daemon, "query", "(= (double 4) $body)"),
                         ["(= (double $n) (* 2 $n))"])
        found = json.loads(self.ok(daemon, "-o", "json", "query", "(= (double 4) $body)"))
        self.assertEqual(found["bindings"], {"body": "(* 2 4)"})

    def test_many_snapshots_in_a_moment_are_all_different(self):
        daemon = self.start()
        seen = set()
        for i in range(5):
            self.ok(daemon, "insert", f"(n {i})")
            self.ok(daemon, "snapshot", "create")
            seen.add(self.status(daemon)["snapshot"])
        self.assertEqual(len(seen), 5)


if __name__ == "__main__":
    programs.main()
