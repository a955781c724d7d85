"""Writes every eighth text of the reference corpus into a folder, a file each: fuzz_seeds.py CORPUS FOLDER."""

import base64
import json
import pathlib
import sys

FILES = ("expr", "template", "body", "json", "fmt", "tokens")


def texts(corpus):
    for name in FILES:
        with open(corpus / (name + ".jsonl"), newline="\n", encoding="utf-8") as lines:
            for row in [json.loads(line) for line in lines][::8]:
                yield base64.b64decode(row["src64"]) if row.get("src64") else row["src"].encode()


def main():
    corpus, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    for number, text in enumerate(texts(corpus)):
        (folder / str(number)).write_bytes(text)


if __name__ == "__main__":
    main()
