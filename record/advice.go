package record

// Advice is an error whose remedy is known. The program prints both, a line each, and no stack trace.
type Advice struct {
	Err    error
	Remedy string // one imperative sentence
}

// Advise joins an error with its remedy.
func Advise(err error, remedy string) error { return &Advice{err, remedy} }

// Error returns the problem without the remedy.
func (a *Advice) Error() string { return a.Err.Error() }

// Unwrap returns the problem.
func (a *Advice) Unwrap() error { return a.Err }
