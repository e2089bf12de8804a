package doctor

import (
	"context"
	"slices"
	"sync"
	"time"
)

func (d *doctor) connection(context.Context) ([]Check, error) {
	w := d.in.Way
	server := w.Server
	if server == "" {
		server = "a server that does not tell its name"
	}
	if !w.Encrypted && !w.Local {
		return one("connection", Warning, "Use https://: password or key, and all data, cross the network in the open.", "%s is not encrypted; %s answers", w.URL, server), nil
	}
	return one("connection", OK, "", "%s; %s answers", w.URL, server), nil
}

func (d *doctor) certificate(context.Context) ([]Check, error) {
	w := d.in.Way
	if !w.Encrypted {
		return nil, nil
	}
	left := w.Expires.Sub(d.in.Now)
	if left < soon {
		return one("certificate", Warning, "Have it renewed before the go-live: when it ends nothing is sent any more.", "%s; ends on %s, in %d days", w.TLS, w.Expires.Format(time.DateOnly), int(left.Hours()/24)), nil
	}
	return one("certificate", OK, "", "%s; ends on %s", w.TLS, w.Expires.Format(time.DateOnly)), nil
}

// worstSkew is how far clocks may be apart: a second is what HTTP tells, and calls take some.
const worstSkew = 5 * time.Second

func (d *doctor) clock(context.Context) ([]Check, error) {
	w := d.in.Way
	switch {
	case !w.Clock:
		return one("clock", Unseen, "Compare the server's clock with this machine's.", "the server does not tell its time"), nil
	case w.Skew.Abs() > worstSkew:
		return one("clock", Warning, "Set both clocks by NTP: what was changed since a run is told by the server's time.", "the server's clock is %s from this machine's", w.Skew.Round(time.Second)), nil
	}
	return one("clock", OK, "", "the server's clock is that of this machine, to a few seconds"), nil
}

// wantedBody is what a batch of 500 records with long texts, or one picture, takes.
const wantedBody = 4 << 20

func (d *doctor) body(ctx context.Context) ([]Check, error) {
	if d.in.Quick {
		return one("request size", Unseen, "Leave --quick out.", "not probed"), nil
	}
	taken, refused, err := d.t.ProbeBody(ctx, wantedBody)
	switch {
	case err != nil:
		return unseen("request size", err, "Look at the request limit of the proxy in front of Odoo (client_max_body_size in nginx)."), nil
	case refused:
		return one("request size", Warning, "Raise it in the proxy in front of Odoo (client_max_body_size 128m in nginx), or set body_limit: in migrate.yaml.",
			"requests above %d KiB are refused; batches are cut to that, and larger files cannot be loaded", taken>>10), nil
	}
	return one("request size", OK, "", "requests of %d MiB are taken", taken>>20), nil
}

// sideBySide are the numbers of calls at once that are tried.
var sideBySide = []int{1, 2, 4, 8}

// workers finds out how many calls the server handles at once: beyond that, more at once only wait longer.
func (d *doctor) workers(ctx context.Context) ([]Check, error) {
	if d.in.Quick {
		return one("workers", Unseen, "Leave --quick out.", "not probed"), nil
	}
	const rounds = 3
	best, rate, speeds := 1, 0.0, []float64{}
	for _, n := range sideBySide {
		var times []time.Duration
		for range rounds {
			took, err := d.atOnce(ctx, n)
			if err != nil {
				return unseen("workers", err, "Ask for the setting workers of Odoo; give --workers no more than that."), nil
			}
			times = append(times, took)
		}
		slices.Sort(times)
		speed := float64(n) / max(times[rounds/2].Seconds(), 1e-6)
		speeds = append(speeds, speed)
		if speed > rate*1.2 {
			best, rate = n, speed
		}
	}
	if best == 1 {
		return one("workers", Note, "Load with --workers 1 or 2; more workers in Odoo's configuration (workers = 2 x cores + 1) make loading faster.",
			"calls side by side are not faster than one after the other (%.0f calls a second)", rate), nil
	}
	return one("workers", OK, "", "%d calls at once are %.1f times as fast as one after the other; more are not", best, rate/speeds[0]), nil
}

// atOnce makes n cheap calls side by side.
func (d *doctor) atOnce(ctx context.Context, n int) (time.Duration, error) {
	var wait sync.WaitGroup
	errs := make([]error, n)
	began := time.Now()
	for i := range n {
		wait.Go(func() { _, errs[i] = d.t.Count(ctx, "res.country", nil) })
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	return time.Since(began), nil
}

// limits: how long a call may take is in configuration files that nobody shows us.
func (d *doctor) limits(context.Context) ([]Check, error) {
	return one("time limits", Unseen, "Ask for limit_time_real of Odoo (120 s or more is good) and the read time-out of the proxy in front (proxy_read_timeout in nginx): it should be longer than that.",
		"cannot be seen from outside; a call is given up after %.0f s", d.in.Way.Timeout.Seconds()), nil
}
