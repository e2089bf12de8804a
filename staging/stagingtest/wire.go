package stagingtest

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"net"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// Wire is a server in front of the tests' PostgreSQL. It hands every message on, tells the test which ones pass, and can
// pool connections as poolers in transaction mode do.
type Wire struct {
	DSN string // of the tests' database, through the wire

	up     *pgconn.Config
	pooled bool
	pool   sync.Map // sessions that are open, by themselves
	passed atomic.Int64
	told   atomic.Pointer[func(Message)]
}

// Message is what a client is about to send.
type Message struct {
	N         int64  // from 1, over all connections
	Statement string // that it begins or belongs to
	Backend   uint32 // process of the server that it goes to
}

// OpenWire serves until cleanup is run. With pooled, each transaction runs in another session than the one before, and the
// session it leaves is reset: whatever a client left in it is gone.
func OpenWire(cleanup func(func()), dsn string, pooled bool) (*Wire, error) {
	up, err := pgconn.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w := &Wire{up: up, pooled: pooled, DSN: fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable", up.User, l.Addr(), up.Database)}
	var open sync.WaitGroup
	cleanup(func() {
		_ = l.Close()
		w.pool.Range(func(s, _ any) bool { s.(*session).close(); return true })
		open.Wait()
	})
	open.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() { w.serve(c) })
		}
	})
	return w, nil
}

// Tell has f called before each message is handed on; nil ends that. Calls come from several goroutines.
func (w *Wire) Tell(f func(Message)) {
	w.passed.Store(0)
	if f == nil {
		w.told.Store(nil)
		return
	}
	w.told.Store(&f)
}

// Passed is how many messages passed since Tell.
func (w *Wire) Passed() int64 { return w.passed.Load() }

// session is one client's connection, and the one or two of the server that it is led to.
type session struct {
	wire   *Wire
	client net.Conn

	mu       sync.Mutex
	backends []*pgconn.HijackedConn
	at       int
	awaited  int // answers to Sync and simple queries that are still to come
}

func (s *session) close() {
	_ = s.client.Close()
	for _, b := range s.backends {
		_ = b.Conn.Close()
	}
}

func (w *Wire) serve(c net.Conn) {
	defer c.Close()
	start, err := startup(c)
	if err != nil || start == nil {
		return
	}
	s := &session{wire: w, client: c}
	defer s.close()
	sessions := 1
	if w.pooled {
		sessions = 2
	}
	for range sessions {
		b, err := w.connect(start.Parameters)
		if err != nil {
			return
		}
		s.backends = append(s.backends, b)
	}
	w.pool.Store(s, true)
	defer w.pool.Delete(s)
	if greet(c, s.backends[0]) != nil {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer s.close()
		_ = s.answers()
	}()
	_ = s.questions()
	s.close()
	<-done
}

// startup answers requests for encryption with no, and drops those to cancel: a closed connection ends its statement, too.
func startup(c net.Conn) (*pgproto3.StartupMessage, error) {
	for {
		m, err := pgproto3.NewBackend(c, c).ReceiveStartupMessage()
		if err != nil {
			return nil, err
		}
		switch m := m.(type) {
		case *pgproto3.StartupMessage:
			return m, nil
		case *pgproto3.SSLRequest, *pgproto3.GSSEncRequest:
			if _, err := c.Write([]byte{'N'}); err != nil {
				return nil, err
			}
		default:
			return nil, nil
		}
	}
}

func (w *Wire) connect(parameters map[string]string) (*pgconn.HijackedConn, error) {
	config := w.up.Copy()
	config.RuntimeParams = maps.Clone(parameters)
	delete(config.RuntimeParams, "user")
	delete(config.RuntimeParams, "database")
	conn, err := pgconn.ConnectConfig(context.Background(), config)
	if err != nil {
		return nil, err
	}
	if err := conn.SyncConn(context.Background()); err != nil {
		return nil, err
	}
	return conn.Hijack()
}

func greet(c net.Conn, b *pgconn.HijackedConn) error {
	to := pgproto3.NewBackend(c, c)
	to.Send(&pgproto3.AuthenticationOk{})
	for name, value := range b.ParameterStatuses {
		to.Send(&pgproto3.ParameterStatus{Name: name, Value: value})
	}
	to.Send(&pgproto3.BackendKeyData{ProcessID: b.PID, SecretKey: b.SecretKey})
	to.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	return to.Flush()
}

// questions hands on what the client sends.
func (s *session) questions() error {
	statement := ""
	for {
		m, err := message(s.client)
		if err != nil {
			return err
		}
		switch m[0] {
		case 'Q':
			statement = text(m[5:])
		case 'P':
			_, rest, _ := bytes.Cut(m[5:], []byte{0})
			statement = text(rest)
		case 'X':
			return nil
		}
		if err := s.hand(m, statement); err != nil {
			return err
		}
	}
}

func (s *session) hand(m []byte, statement string) error {
	s.mu.Lock()
	b := s.backends[s.at]
	if m[0] == 'Q' || m[0] == 'S' {
		s.awaited++
	}
	s.mu.Unlock()
	n := s.wire.passed.Add(1)
	if tell := s.wire.told.Load(); tell != nil {
		(*tell)(Message{n, statement, b.PID})
	}
	_, err := b.Conn.Write(m)
	return err
}

// answers hands back what the server sends. Between two transactions a pooled session is reset and left.
func (s *session) answers() error {
	for {
		s.mu.Lock()
		b := s.backends[s.at]
		s.mu.Unlock()
		m, err := message(b.Conn)
		if err != nil {
			return err
		}
		if m[0] == 'Z' {
			if err := s.ready(b, m[5]); err != nil {
				return err
			}
		}
		if _, err := s.client.Write(m); err != nil {
			return err
		}
	}
}

func (s *session) ready(b *pgconn.HijackedConn, status byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.awaited--; s.awaited > 0 || status != 'I' || !s.wire.pooled {
		return nil
	}
	if err := reset(b.Conn); err != nil {
		return err
	}
	s.at = (s.at + 1) % len(s.backends)
	return nil
}

func reset(c net.Conn) error {
	q, err := (&pgproto3.Query{String: "discard all"}).Encode(nil)
	if err != nil {
		return err
	}
	if _, err := c.Write(q); err != nil {
		return err
	}
	for {
		m, err := message(c)
		switch {
		case err != nil:
			return err
		case m[0] == 'E':
			return fmt.Errorf("discard all: %s", text(m[5:]))
		case m[0] == 'Z':
			return nil
		}
	}
}

// message reads one message: its kind, its length, its body.
func message(r io.Reader) ([]byte, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	m := make([]byte, 1+binary.BigEndian.Uint32(head[1:]))
	copy(m, head[:])
	_, err := io.ReadFull(r, m[len(head):])
	return m, err
}

func text(b []byte) string {
	b, _, _ = bytes.Cut(b, []byte{0})
	return strings.Join(strings.Fields(string(b)), " ")
}
