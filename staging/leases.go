package staging

import (
	"context"
	"fmt"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// AcquireLease takes the lease of that name for ttl, by the database's clock. The token grows with every taking: what a
// process writes after it lost its lease can be told by it. Where somebody holds it, the error wraps ErrLeaseHeld and
// holder says who.
func (s *Store) AcquireLease(ctx context.Context, name, owner string, ttl time.Duration) (token int64, holder string, err error) {
	for range 3 {
		err = one(ctx, s, []any{&token}, `insert into {s}.leases as l (name, owner, token, expires_at)
			values ($1, $2, 1, clock_timestamp() + $3 * interval '1 microsecond')
			on conflict (name) do update set owner = excluded.owner, token = l.token + 1, expires_at = excluded.expires_at
			where l.expires_at <= clock_timestamp() returning token`, name, owner, ttl.Microseconds())
		if err == nil {
			return token, owner, nil
		}
		if !isNotFound(err) {
			return 0, "", fmt.Errorf("take lease %s: %w", name, err)
		}
		var seconds float64
		err = one(ctx, s, []any{&holder, &seconds}, `select owner, extract(epoch from expires_at - clock_timestamp())::float8
			from {s}.leases where name = $1 and expires_at > clock_timestamp()`, name)
		if err == nil {
			return 0, holder, record.Advise(fmt.Errorf("%w: %s holds %s for another %.0f s", ErrLeaseHeld, holder, name, seconds),
				"Wait until it is done; the lease of a process that died ends by itself.")
		}
		if !isNotFound(err) {
			return 0, "", fmt.Errorf("take lease %s: %w", name, err)
		}
		// It ended between the two statements: once more.
	}
	return 0, "", fmt.Errorf("take lease %s: %w", name, err)
}

// RenewLease makes a lease last ttl from now. The error wraps ErrLeaseLost where it ended or somebody else took it.
func (s *Store) RenewLease(ctx context.Context, name string, token int64, ttl time.Duration) error {
	n, err := s.Exec(ctx, `update {s}.leases set expires_at = clock_timestamp() + $3 * interval '1 microsecond'
		where name = $1 and token = $2 and expires_at > clock_timestamp()`, name, token, ttl.Microseconds())
	if err == nil && n == 0 {
		err = ErrLeaseLost
	}
	if err != nil {
		return fmt.Errorf("renew lease %s: %w", name, err)
	}
	return nil
}

// ReleaseLease gives a lease back. One that was lost meanwhile is left to its holder.
func (s *Store) ReleaseLease(ctx context.Context, name string, token int64) error {
	_, err := s.Exec(ctx, "update {s}.leases set expires_at = clock_timestamp() where name = $1 and token = $2 and expires_at > clock_timestamp()", name, token)
	if err != nil {
		return fmt.Errorf("release lease %s: %w", name, err)
	}
	return nil
}

// checkLease holds a lease's row until the transaction ends, so that nobody takes it over in between.
func checkLease(ctx context.Context, q Queryer, name string, token int64) error {
	var live bool
	err := one(ctx, q, []any{&live}, "select token = $2 and expires_at > clock_timestamp() from {s}.leases where name = $1 for share", name, token)
	if isNotFound(err) || err == nil && !live {
		return fmt.Errorf("lease %s: %w", name, ErrLeaseLost)
	}
	return err
}
