#!/usr/bin/env python3
"""Runs what of checksum-vectors.json is about digests through verify_evidence.py: python3 verify_vectors.py"""
import hashlib, hmac, json, os, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from verify_evidence import Tree, event_hash, frame, leaf, model_leaf, record_digest, sha, signed

wrong, ran = [], 0


def row_digest(columns, cells):
    return sha(frame("migrate/row/1", *(text for pair in sorted(zip(columns, cells), key=lambda p: p[0].encode()) for text in pair)))


def salt_of(key, model, xid):
    return hmac.new(key, frame("migrate/salt/1", model, xid), hashlib.sha256).digest()


def same(about, got, want):
    global ran
    ran += 1
    if got.hex() != want: wrong.append("%s: %s, not %s" % (about, got.hex(), want))


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "checksum-vectors.json")
    with open(path, encoding="utf-8") as f: v = json.load(f)
    before = b""
    for r in v["rows"]: same(r["about"], row_digest(r["columns"], r["cells"]), r["digest"])
    for r in v["records"]: same(r["about"], record_digest(r["model"], r["external_id"], r["fields"]), r["digest"])
    for s in v["salts"]:
        salt = salt_of(bytes.fromhex(s["key"]), s["model"], s["external_id"])
        same("salt of " + s["external_id"], salt, s["salt"])
        same("leaf of " + s["external_id"], leaf(salt + bytes.fromhex(s["digest"])), s["leaf"])
    for m in v["models"]: same("leaf of " + m["model"], model_leaf(m["model"], m["records"], bytes.fromhex(m["root"])), m["leaf"])
    for t in v["trees"]:
        tree = Tree()
        for one in t["leaves"]: tree.add(bytes.fromhex(one))
        same("tree of %d" % len(t["leaves"]), tree.root(), t["root"])
    for e in v["events"]:
        before = event_hash(before, e["seq"], e["run_id"], e["at"], e["kind"], e["data"])
        same("event %d" % e["seq"], before, e["hash"])
    for s in v["signatures"]:
        holds = signed(bytes.fromhex(s["key"]), bytes.fromhex(s["message"]), bytes.fromhex(s["signature"]))
        same("signature, " + s["about"], bytes([holds]), bytes([s["holds"]]).hex())
    for line in wrong: print("WRONG: " + line)
    print("FAILED" if wrong else "PASSED: %d vectors" % ran)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
