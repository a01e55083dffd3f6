#!/usr/bin/python3
"""Writes the WordNet database as MeTTa facts, one a line.

    wordnet_to_metta.py [--wordnet DIR] [FILE]

Reads data.noun, data.verb, data.adj and data.adv in DIR (default /usr/share/wordnet, where Debian's
package wordnet-base puts them; their format is described in `man 5 wndb`). Writes to FILE, or to
standard output. README.md beside this file is the table of facts.

A data line:

    00001930 03 n 01 physical_entity 0 007 @ 00001740 n 0000 ... | an entity that has ...
    |        |  | |  |             | |   `- pointers: symbol, target offset, target part of speech,
    |        |  | |  |             | |      source and target word as two hexadecimal digits each
    |        |  | |  |             | `----- number of pointers, decimal
    |        |  | |  |             `------- (word, lexical id) pairs
    |        |  | |  `--------------------- words; underscores stand for blanks
    |        |  | `------------------------ number of words, hexadecimal
    |        |  `-------------------------- synset type
    `--------`----------------------------- byte offset of the line: with the file, the synset's id
"""

import argparse
import os
import sys

# Ending of the file, first letter of the ids; both name the part of speech.
PARTS_OF_SPEECH = (("noun", "n"), ("verb", "v"), ("adj", "a"), ("adv", "r"))

# Pointer symbols, see `man 5 wninput`.
RELATIONS = {
    "!": "antonym",
    "@": "hypernym",
    "@i": "instance-hypernym",
    "~": "hyponym",
    "~i": "instance-hyponym",
    "#m": "member-holonym",
    "#s": "substance-holonym",
    "#p": "part-holonym",
    "%m": "member-meronym",
    "%s": "substance-meronym",
    "%p": "part-meronym",
    "=": "attribute",
    "+": "derivation",
    ";c": "domain-topic",
    "-c": "member-of-domain-topic",
    ";r": "domain-region",
    "-r": "member-of-domain-region",
    ";u": "domain-usage",
    "-u": "member-of-domain-usage",
    "*": "entailment",
    ">": "cause",
    "^": "also-see",
    "$": "verb-group",
    "&": "similar-to",
    "<": "participle",
    "\\": "pertainym",
}

# Where an adjective may stand, written behind the word.
ADJECTIVE_MARKERS = ("(a)", "(p)", "(ip)")


class BadLine(Exception):
    """A line that is not of the format; the message says what is wrong."""


def quote(text):
    """`text` as a MeTTa string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def facts_of_line(line, name, letter):
    """The facts of one data line, in the order: synset, words, gloss, pointers.

    name     "noun", "verb", "adj" or "adv"
    letter   the first letter of this file's ids
    Raises   BadLine
    """
    head, bar, gloss = line.partition("|")
    field = head.split(" ")
    try:
        synset = letter + field[0]
        facts = ["(synset %s %s)" % (synset, name)]
        word_count = int(field[3], 16)
        for i in range(4, 4 + 2 * word_count, 2):
            word = field[i]
            if word[-1] == ")" and word.endswith(ADJECTIVE_MARKERS):
                word = word[: word.rindex("(")]
            facts.append("(word %s %s)" % (synset, quote(word.replace("_", " "))))
        if bar:
            facts.append("(gloss %s %s)" % (synset, quote(gloss.strip())))
        at = 4 + 2 * word_count
        pointer_count = int(field[at])
        for i in range(at + 1, at + 1 + 4 * pointer_count, 4):
            relation = RELATIONS[field[i]]
            part = field[i + 2]
            target = ("a" if part == "s" else part) + field[i + 1]
            words = field[i + 3]
            if words == "0000":
                facts.append("(%s %s %s)" % (relation, synset, target))
            else:
                facts.append(
                    "(%s (sense %s %d) (sense %s %d))"
                    % (relation, synset, int(words[:2], 16), target, int(words[2:], 16))
                )
    except KeyError as symbol:
        raise BadLine("unknown pointer symbol %s" % symbol) from None
    except (IndexError, ValueError):
        raise BadLine("not a line of a WordNet data file") from None
    return facts


def convert(directory, out):
    """Writes the facts of all four files in `directory` to `out`; returns how many.

    Raises   OSError, BadLine (with file and line)
    """
    count = 0
    for name, letter in PARTS_OF_SPEECH:
        path = os.path.join(directory, "data." + name)
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.startswith("  "):  # The licence at the top.
                    continue
                try:
                    facts = facts_of_line(line, name, letter)
                except BadLine as error:
                    raise BadLine("%s:%d: %s" % (path, number, error)) from None
                count += len(facts)
                out.write("\n".join(facts) + "\n")
    return count


def main():
    """Runs the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Writes the WordNet database as MeTTa facts.")
    parser.add_argument(
        "--wordnet",
        metavar="DIR",
        default="/usr/share/wordnet",
        help="where data.noun and its siblings are (default %(default)s)",
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="instead of standard output")
    arguments = parser.parse_args()
    try:
        if arguments.file:
            with open(arguments.file, "w", encoding="utf-8") as out:
                convert(arguments.wordnet, out)
        else:
            sys.stdout.reconfigure(encoding="utf-8", newline="\n")
            convert(arguments.wordnet, sys.stdout)
            sys.stdout.flush()
    except BrokenPipeError:  # Whoever read has had enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, UnicodeDecodeError, BadLine) as error:
        print("wordnet_to_metta: %s" % error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
