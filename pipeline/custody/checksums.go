package custody

import (
	"encoding/hex"
	"path/filepath"
	"regexp"
	"strings"
)

// checksum is one line of a list: what a file should hash to.
type checksum struct {
	name      string // as written
	algorithm string
	hash      string // hex, small letters
	line      int
}

// badLine is a line of a list that says nothing that can be understood.
type badLine struct {
	line int
	text string
}

// The algorithms, by the length of their hashes in hexadecimal digits; and as tagged lists call them.
var (
	byLength = map[int]string{32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
	byTag    = map[string]string{
		"MD5": "md5", "SHA1": "sha1", "SHA-1": "sha1", "SHA224": "sha224", "SHA2-224": "sha224", "SHA256": "sha256", "SHA-256": "sha256", "SHA2-256": "sha256",
		"SHA384": "sha384", "SHA-384": "sha384", "SHA2-384": "sha384", "SHA512": "sha512", "SHA-512": "sha512", "SHA2-512": "sha512",
	}
)

// The ways to write a line: sha256sum and its kin, BSD and OpenSSL, and the hash alone.
var (
	plainLine  = regexp.MustCompile(`^(\\?)([0-9A-Fa-f]{32,128})(?:[ \t]+\*?|\*)(\S.*)$`)
	taggedLine = regexp.MustCompile(`^(\\?)([A-Za-z0-9-]+) ?\((.+)\) ?= ?([0-9A-Fa-f]{32,128})$`)
	bareLine   = regexp.MustCompile(`^[0-9A-Fa-f]{32,128}$`)
	// Windows' certutil writes three lines a file, with the hash in the middle: old ones in groups of two digits.
	certutilHead = regexp.MustCompile(`^([A-Za-z0-9]+) .*?(?:hash of|hash von|de)[^:]*? (\S.*?):$`)
	certutilHash = regexp.MustCompile(`^(?:[0-9A-Fa-f]{2} ){15,63}[0-9A-Fa-f]{2}$`)
)

// parseChecksums reads a list of checksums. A list that is one bare hash is about the file the list is named for.
func parseChecksums(list, text string) (out []checksum, bad []badLine) {
	var head *checksum // of certutil: named, and its hash still to come
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(strings.TrimRight(line, "\r"))
		switch {
		case line == "" || line[0] == '#' || line[0] == ';' || strings.HasPrefix(line, "CertUtil:"):
			continue
		case head != nil:
			head.hash = strings.ToLower(strings.ReplaceAll(line, " ", ""))
			if _, err := hex.DecodeString(head.hash); err == nil && byLength[len(head.hash)] == head.algorithm {
				out = append(out, *head)
				head = nil
				continue
			}
			bad, head = append(bad, badLine{i + 1, line}), nil
			continue
		}
		if m := certutilHead.FindStringSubmatch(line); len(m) == 3 && byTag[strings.ToUpper(m[1])] != "" {
			head = &checksum{name: m[2], algorithm: byTag[strings.ToUpper(m[1])], line: i + 1}
			continue
		}
		c, ok := parseChecksum(list, line)
		if !ok {
			bad = append(bad, badLine{i + 1, line})
			continue
		}
		c.line = i + 1
		out = append(out, c)
	}
	if head != nil {
		bad = append(bad, badLine{head.line, head.name})
	}
	return out, bad
}

func parseChecksum(list, line string) (c checksum, ok bool) {
	switch m := taggedLine.FindStringSubmatch(line); {
	case m != nil:
		c = checksum{name: unescape(m[1], m[3]), algorithm: byTag[strings.ToUpper(m[2])], hash: strings.ToLower(m[4])}
		return c, c.algorithm != "" && byLength[len(c.hash)] == c.algorithm
	case bareLine.MatchString(line) || certutilHash.MatchString(line):
		name := filepath.Base(list)
		c = checksum{name: strings.TrimSuffix(name, filepath.Ext(name)), hash: strings.ToLower(strings.ReplaceAll(line, " ", ""))}
	default:
		m := plainLine.FindStringSubmatch(line)
		if m == nil {
			return c, false
		}
		c = checksum{name: unescape(m[1], m[3]), hash: strings.ToLower(m[2])}
	}
	c.algorithm = byLength[len(c.hash)]
	return c, c.algorithm != ""
}

// unescape takes back what sha256sum does to names with line breaks: such a line begins with a backslash.
func unescape(mark, name string) string {
	if mark == "" {
		return name
	}
	return strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r").Replace(name)
}
