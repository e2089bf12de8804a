package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Roles are those who sign a bundle, each with a key of their own.
var Roles = []string{"operator", "data owner", "approver"}

// ErrNoKey says that a file holds no key of this program.
var ErrNoKey = errors.New("this is no signing key")

const (
	keyKind    = "migrate key"
	signDomain = "migrate/sign/1"
)

// Key is a person's signing key, as its file has it.
type Key struct {
	Kind    string `json:"kind"`
	Version int    `json:"version"`
	Role    string `json:"role"`
	Name    string `json:"name"`
	Public  string `json:"public"` // hexadecimal
	Seed    string `json:"seed"`   // hexadecimal; the secret
}

// NewKey makes a key of 32 random bytes for a person in a role.
func NewKey(random io.Reader, role, name string) (*Key, error) {
	if !slices.Contains(Roles, role) {
		return nil, record.Advise(fmt.Errorf("there is no role %q", role), "The roles are: "+strings.Join(Roles, ", ")+".")
	}
	if name = strings.TrimSpace(name); name == "" {
		return nil, record.Advise(errors.New("the key has no name"), "Name the person who will sign with it.")
	}
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("draw a key: %w", err)
	}
	return &Key{keyKind, version, role, name, public(seed), hex.EncodeToString(seed)}, nil
}

func public(seed []byte) string {
	return hex.EncodeToString(ed25519.NewKeyFromSeed(seed)[ed25519.SeedSize:])
}

// Encode writes the key's file.
func (k *Key) Encode() ([]byte, error) { return encode(k) }

// DecodeKey reads what Encode wrote. The error wraps ErrNoKey.
func DecodeKey(b []byte) (*Key, error) {
	var k Key
	if err := json.Unmarshal(b, &k); err != nil || k.Kind != keyKind {
		return nil, ErrNoKey
	}
	seed, err := hex.DecodeString(k.Seed)
	switch {
	case k.Version != version:
		return nil, fmt.Errorf("%w: it has version %d, and this program knows %d", ErrNoKey, k.Version, version)
	case err != nil || len(seed) != ed25519.SeedSize || public(seed) != k.Public:
		return nil, fmt.Errorf("%w: it is damaged", ErrNoKey)
	case !slices.Contains(Roles, k.Role) || strings.TrimSpace(k.Name) == "":
		return nil, fmt.Errorf("%w: it has no role, or no name", ErrNoKey)
	}
	return &k, nil
}

// Signature is one person's, over the bundle's root.
type Signature struct {
	Role      string `json:"role"`
	Name      string `json:"name"`
	Key       string `json:"key"`       // public, hexadecimal
	Signature string `json:"signature"` // Ed25519, hexadecimal
}

type signatures struct {
	Version    int         `json:"version"`
	Signatures []Signature `json:"signatures"`
}

// message is what is signed: the framed texts of domain, role, name and root.
func message(role, name, root string) []byte {
	var b []byte
	for _, text := range []string{signDomain, role, name, root} {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(text))), text...)
	}
	return b
}

func (s Signature) holds(root string) bool {
	key, err := hex.DecodeString(s.Key)
	sum, err2 := hex.DecodeString(s.Signature)
	return err == nil && err2 == nil && len(key) == ed25519.PublicKeySize && ed25519.Verify(key, message(s.Role, s.Name, root), sum)
}

// Sign writes the bundle once more, with a signature of its root by the key. One that the key made before is replaced.
func Sign(bundle io.ReaderAt, size int64, k *Key, w io.Writer) (Signature, error) {
	z, err := zip.NewReader(bundle, size)
	if err != nil {
		return Signature{}, ErrNoBundle
	}
	manifest, err := readFile(z, ManifestName)
	if err != nil {
		return Signature{}, ErrNoBundle
	}
	seed, err := hex.DecodeString(k.Seed)
	if err != nil {
		return Signature{}, ErrNoKey
	}
	root := digestOf(manifest)
	made := Signature{k.Role, k.Name, k.Public, hex.EncodeToString(ed25519.Sign(ed25519.NewKeyFromSeed(seed), message(k.Role, k.Name, root)))}
	all := signatures{Version: version}
	if text, err := readFile(z, SignatureName); err == nil {
		if err := json.Unmarshal(text, &all); err != nil {
			return made, fmt.Errorf("%s: %w", SignatureName, err)
		}
	}
	all.Signatures = slices.DeleteFunc(all.Signatures, func(s Signature) bool { return s.Key == made.Key && s.Role == made.Role })
	all.Signatures = append(all.Signatures, made)
	text, err := encode(all)
	if err != nil {
		return made, err
	}
	p := newPacker(w)
	for _, f := range z.File {
		if f.Name == SignatureName {
			continue
		}
		if err := p.zip.Copy(f); err != nil {
			return made, fmt.Errorf("copy %s: %w", f.Name, err)
		}
	}
	if err := p.file(SignatureName, func(w io.Writer) error { _, err := io.Copy(w, bytes.NewReader(text)); return err }); err != nil {
		return made, err
	}
	return made, p.close()
}
