#!/usr/bin/env python3
"""Re-computes an evidence bundle of migrate, without migrate. Python 3.8 or newer, nothing else.

    python3 verify_evidence.py evidence.zip [--root HEX] [--salts salts.csv] [--sources FOLDER] [--proof proof.json]

CHECKSUMS.md, in the bundle, says what is computed. Exit code 0: everything holds. 1: what does not is listed.
"""
import argparse, csv, hashlib, heapq, io, json, os, struct, sys, zipfile

NEEDED = {"README.txt", "CHECKSUMS.md", "verify_evidence.py", "sources.csv", "conservation.csv", "events.csv"}
CLASSES, RESULTS = ("equal", "differs", "missing"), ("passed", "failed", "unticked")
WAYS = {"source": ("random", "value", "value and random"), "odoo": ("random",)}  # of drawing an item, by its direction
bad, notes, read = [], [], []  # sentences: what does not hold, and what people should know; records that are in Odoo
def sha(b): return hashlib.sha256(b).digest()
def frame(*texts): return b"".join(struct.pack(">I", len(t.encode())) + t.encode() for t in texts)
def leaf(data): return sha(b"\0" + data)
def node(left, right): return sha(b"\1" + left + right)
def record_digest(model, xid, fields):
    return sha(frame("migrate/record/1", model, xid, *(t for k in sorted(fields, key=str.encode) for t in (k, *fields[k]))))
def model_leaf(model, size, root): return leaf(sha(frame("migrate/model/1", model, str(size), root.hex())))
def event_hash(before, seq, run, at, kind, data):
    parts = (b"migrate event v1", before, struct.pack(">Q", seq), struct.pack(">Q", run), at.encode(), kind.encode(), data.encode())
    return sha(b"".join(struct.pack(">Q", len(p)) + p for p in parts))
class Tree:
    """RFC 6962: the roots of full subtrees, largest first."""
    def __init__(self): self.size, self.stack = 0, []
    def add(self, h):
        self.size = level = self.size + 1
        while level % 2 == 0: h, level = node(self.stack.pop(), h), level // 2
        self.stack.append(h)
    def root(self):
        h = self.stack[-1] if self.stack else sha(b"")
        for left in reversed(self.stack[:-1]): h = node(left, h)
        return h
# Ed25519 (RFC 8032), to verify only.
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
def plus(a, b):
    A, B, C, E = (a[1]-a[0]) * (b[1]-b[0]) % P, (a[1]+a[0]) * (b[1]+b[0]) % P, 2*a[3]*b[3]*D % P, 2*a[2]*b[2] % P
    e, f, g, h = B-A, E-C, E+C, B+A
    return e*f % P, g*h % P, f*g % P, e*h % P
def times(n, p):
    q = (0, 1, 1, 0)
    while n: q, p, n = plus(q, p) if n & 1 else q, plus(p, p), n >> 1
    return q
def point(b):
    y, sign = int.from_bytes(b, "little") & (1 << 255) - 1, b[31] >> 7
    x2 = (y*y - 1) * pow(D*y*y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x*x - x2) % P: x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x*x - x2) % P or (x == 0 and sign): raise ValueError("no point")
    if x & 1 != sign: x = P - x
    return x, y, 1, x*y % P
BASE = point(bytes([0x58] + [0x66] * 31))
def signed(key, message, signature):
    try: A, R, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    except (ValueError, IndexError): return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    a, b = times(s, BASE), plus(R, times(h, A))
    return len(key) == 32 and s < L and (a[0]*b[2] - b[0]*a[2]) % P == 0 and (a[1]*b[2] - b[1]*a[2]) % P == 0
def table(file):
    """Line numbers and rows of a CSV file, each by the names of its columns."""
    head = next(lines := csv.reader(io.TextIOWrapper(file, "utf-8", newline="")), [])
    for cells in lines: yield lines.line_num, dict(zip(head, cells + [""] * (len(head) - len(cells))))
def records(z, m, salts, all_salts):
    """One model: its list against its trees, record by record; gives back what its leaves in both trees over all are."""
    name, meant, odoo, last, count = m["file"], Tree(), Tree(), b"", dict.fromkeys(CLASSES, 0)
    for n, r in table(z.open(name)):
        at, xid = "%s:%d: %s: " % (name, n, r.get("external_id")), r.get("external_id", "")
        try: w, h = bytes.fromhex(r["meant"]), bytes.fromhex(r["odoo"])
        except (KeyError, ValueError): w = h = b"?"
        if len(w) != 32 or len(h) not in (0, 32) or r.get("class") not in CLASSES:
            bad.append(at + "the line is no record, its class and its leaves")
            continue
        count[r["class"]] += 1
        if xid.encode() <= last: bad.append(at + "it is not in the order of the external ids, or there twice")
        if r["class"] != ("missing" if not h else "equal" if w == h else "differs"): bad.append(at + "its class is %s, and its leaves say otherwise" % r["class"])
        s = salts.pop((m["model"], xid), None)
        if s and (leaf(s[0] + s[1]) != w or (leaf(s[0] + s[2]) if s[2] else b"") != h): bad.append(at + "its leaf is not that of its salt and digest")
        if all_salts and not s: bad.append(at + "the file of salts does not have it")
        meant.add(w)
        if h: odoo.add(h), read.append(xid)
        last = xid.encode()
    for c in CLASSES:
        if count[c] != m[c]: bad.append("%s: %d records are %s, the manifest says %d" % (name, count[c], c, m[c]))
    for what, tree in (("meant", meant), ("odoo", odoo)):
        if tree.root().hex() != m[what + "_root"]: bad.append("%s: the root of %s is not the manifest's" % (name, what))
    return model_leaf(m["model"], meant.size, meant.root()), model_leaf(m["model"], odoo.size, odoo.root())
def contents(z, m):
    """Every file of the bundle against the manifest; gives back those that can be read."""
    there, names, good = z.namelist(), {f["name"] for f in m["files"]}, set()
    for name in sorted(NEEDED - names | set(there) - names - {"manifest.json", "manifest.sha256", "signatures.json"}): bad.append(name + ": the manifest does not list it")
    for name in sorted({n for n in there if there.count(n) > 1}): bad.append(name + ": it is there twice")
    for f in m["files"]:
        try: b = z.read(f["name"]) if f["name"] in there else None
        except Exception: b = b""
        if b is None: bad.append(f["name"] + ": it is missing")
        elif not b: bad.append(f["name"] + ": it is damaged and cannot be read")
        elif len(b) != f["bytes"] or sha(b).hex() != f["sha256"]: bad.append(f["name"] + ": it is not what the manifest says")
        if b: good.add(f["name"])
    return good
def events(z, m):
    before, seq = b"", 0
    for n, e in table(z.open("events.csv")):
        seq += 1
        try: before = event_hash(before, int(e["seq"]), int(e["run"]), e["at"], e["kind"], e["data"])
        except (KeyError, ValueError, struct.error): before = b""
        if e.get("seq") != str(seq): return bad.append("events.csv:%d: event %d is missing" % (n, seq))
        if before.hex() != e.get("hash"): return bad.append("events.csv:%d: event %d is not what was written" % (n, seq))
    if seq != m["events"]["count"] or before.hex() != m["events"]["head"]: bad.append("events.csv: it does not end where the manifest says")
def signatures(z, seal):
    people, done = {}, set()
    for s in json.loads(z.read("signatures.json"))["signatures"] if "signatures.json" in z.namelist() else []:
        try: holds = signed(bytes.fromhex(s["key"]), frame("migrate/sign/1", s["role"], s["name"], seal), bytes.fromhex(s["signature"]))
        except ValueError: holds = False
        if not holds: bad.append("signatures.json: the signature of %s, %s, does not fit the manifest" % (s["name"], s["role"]))
        else: notes.append("signed by %s, %s, key %s" % (s["name"], s["role"], s["key"]))
        done.add(s["role"])
        for who in {s["name"].strip().lower(), s["key"]}:
            if people.setdefault(who, s["role"]) != s["role"]: notes.append("one person in two roles: %s, %s and %s" % (s["name"], people[who], s["role"]))
    notes.extend("not signed by: " + role for role in ("operator", "data owner", "approver") if role not in done)
def conservation(z):
    for n, r in table(z.open("conservation.csv")):
        if int(r["total"]) != sum(int(r[c]) for c in r if c not in ("what", "run", "mapping", "source", "model", "total")):
            bad.append("conservation.csv:%d: %s of %s: %s in all, and the parts are another sum" % (n, r["what"], r["mapping"], r["total"]))
def vouched(z, m):
    """What was drawn for people to tick, drawn again."""
    rows = sorted((r["source"], int(r.get("rows") or 0) + int(r.get("damaged") or 0)) for _, r in table(z.open("sources.csv")))
    draws, items = [*table(z.open("vouch_draws.csv"))], [*table(z.open("vouched.csv"))]
    bad.extend("vouched.csv:%d: there is no draw %s" % (n, i["draw"]) for n, i in items if all(d["draw"] != i["draw"] for _, d in draws))
    for n, d in draws:
        at, own, seed = "vouch_draws.csv:%d: draw %s: " % (n, d["draw"]), [i for _, i in items if i["draw"] == d["draw"]], sha(frame("migrate/seed/1", d["root"], d["nonce"])).hex()
        def drawn(names, size): return set(heapq.nsmallest(int(size), names, key=lambda name: sha(frame("migrate/ticket/1", seed, name))))
        same = d["sources"] == ", ".join("%s %d" % r for r in rows)
        if seed != d["seed"]: bad.append(at + "its seed is not that of its root and nonce")
        bad.extend("%s%d items are %s, it says %s" % (at, count, c, d[c]) for c, count in [(c, sum(i["result"] == c for i in own)) for c in RESULTS] if str(count) != d[c])
        for i in (i for k, i in enumerate(own, 1) if i["item"] != str(k) or i["result"] not in RESULTS or i["direction"] not in WAYS or i["drawn"] not in WAYS[i["direction"]] or
                  same and i["direction"] == "source" and not 1 <= int(i["nth"]) <= dict(rows).get(i["source"], 0)): bad.append("%sitem %s is none that it can have" % (at, i["item"]))
        if min(int(d["records"]), int(d["rows"])) < 0 or sum(size for _, size in rows) > 10 ** 8: bad.append(at + "nobody can draw so many or so few again")
        elif not same or d["root"] != m["meant_root"]: notes.append("draw %s: it was drawn from other records or rows than these" % d["draw"])
        elif (drawn(("odoo/" + x for x in read), d["records"]) != {"odoo/" + i["external_id"] for i in own if i["direction"] == "odoo"} or
                drawn(("source/%s/%d" % (s, k) for s, size in rows for k in range(1, size + 1)), d["rows"]) !=
                {"source/%s/%s" % (i["source"], i["nth"]) for i in own if i["direction"] != "odoo" and "random" in i["drawn"]}): bad.append(at + "its items are not those that its seed draws")
        notes.extend(text % d for said, text in ((d["by"], "vouched by %(by)s: draw %(draw)s, %(passed)s passed, %(failed)s failed, %(unticked)s not ticked"),
                                                 (d["unticked"] != "0", "draw %(draw)s: %(unticked)s items not ticked")) if said)
def dispositions(z, good):
    left = [r["disposition"] for f in ("rejects.csv", "outcomes.csv", "differences.csv") if f in good for _, r in table(z.open(f)) if "disposition" in r]
    if left: notes.append("%d of %d rejects, exclusions and differences have no disposition" % (left.count(""), len(left)))
def prove(path, salts):
    """A proof has a record's fields and salt: what its leaf in the bundle must be."""
    d = record_digest((p := json.load(open(path, encoding="utf-8")))["model"], p["external_id"], p["fields"])
    if d.hex() != p["meant_digest"]: bad.append("proof: its fields do not have the digest it names")
    salts[p["model"], p["external_id"]] = bytes.fromhex(p["salt"]), d, bytes.fromhex(p["odoo_digest"])
    notes.append("proof of %s %s" % (p["model"], p["external_id"]))
def sources(z, folder):
    for n, r in table(z.open("sources.csv")):
        path = os.path.join(folder, r["file"])
        if r["several"] and not os.path.isfile(path): notes.append("%s: several files; its SHA-256 is that of their lines in sha256sum's form" % r["file"])
        elif not os.path.isfile(path): bad.append("%s: it is not in the folder of sources" % r["file"])
        elif sha(open(path, "rb").read()).hex() != r["sha256"]: bad.append("%s: it is not the file that was loaded" % r["file"])
def bundle(a):
    whole = open(a.bundle, "rb").read()
    if hashlib.sha256(whole[:-64]).hexdigest().encode() != whole[-64:]: bad.append("bundle: its bytes are not those that were written")
    try: z = zipfile.ZipFile(io.BytesIO(whole))
    except Exception: return bad.append("bundle: it is no zip file, or cut off")
    try:
        text = z.read("manifest.json")
        m, seal = json.loads(text), sha(text).hex()
        if (m["kind"], m["version"]) != ("migrate evidence", 1): return bad.append("manifest.json: this is no evidence of version 1")
    except Exception: return bad.append("manifest.json: it is missing or damaged")
    try: stated = z.read("manifest.sha256").decode()
    except Exception: stated = ""
    if stated != seal + "  manifest.json\n": bad.append("manifest.json: its SHA-256 is not the one in manifest.sha256")
    if a.root and a.root.lower() != seal: bad.append("manifest.json: its SHA-256 is not the one you gave")
    notes.append("root " + seal)
    good, salts, tops = contents(z, m), {}, [Tree(), Tree()]
    if a.salts:
        for n, r in table(open(a.salts, "rb")): salts[r["model"], r["external_id"]] = tuple(bytes.fromhex(r[c]) for c in ("salt", "meant_digest", "odoo_digest"))
    if a.proof: prove(a.proof, salts)
    for name, do in [(r["file"], lambda r=r: [t.add(h) for t, h in zip(tops, records(z, r, salts, a.salts))]) for r in m["records"]] + [
            ("events.csv", lambda: events(z, m)), ("conservation.csv", lambda: conservation(z)), ("rejects.csv", lambda: dispositions(z, good)), ("sources.csv", lambda: a.sources and sources(z, a.sources))]:
        try: name in good and do()
        except Exception: bad.append(name + ": it cannot be read as what it is")
    for (model, xid) in salts: bad.append("%s %s: the bundle has no such record" % (model, xid))
    for what, t in zip(("meant", "odoo"), tops):
        if t.root().hex() != m[what + "_root"]: bad.append("manifest.json: the root of %s over all models is not theirs" % what)
    try: {"vouch_draws.csv", "vouched.csv", "sources.csv"} <= good and vouched(z, m)
    except Exception: bad.append("vouch_draws.csv: it cannot be read as what it is")
    try: signatures(z, seal)
    except Exception: bad.append("signatures.json: it is damaged")
    notes.append("%d files, %d records" % (len(m["files"]), sum(r["equal"] + r["differs"] + r["missing"] for r in m["records"])))
def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("bundle", "--root", "--salts", "--sources", "--proof"): p.add_argument(name)
    a = p.parse_args()
    try: bundle(a)
    except (KeyError, TypeError, AttributeError): bad.append("manifest.json: it is not what a manifest is")
    print("\n".join(["note: " + n for n in notes] + ["WRONG: " + b for b in bad] + ["FAILED: %d problems" % len(bad) if bad else "PASSED"]))
    return 1 if bad else 0
if __name__ == "__main__": sys.exit(main())
