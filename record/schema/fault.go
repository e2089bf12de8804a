package schema

// FaultClass says what kind of trouble a call met, and so what may be done about it. Classes are told by type and
// position of the server's answer, never by its wording in one language.
type FaultClass string

// The classes.
const (
	FaultUser           FaultClass = "user"           // UserError: the business refuses
	FaultValidation     FaultClass = "validation"     // ValidationError, unique or check constraint
	FaultAccess         FaultClass = "access"         // the account may not
	FaultAuthentication FaultClass = "authentication" // wrong user, password or key
	FaultSession        FaultClass = "session"        // the login does not hold any more
	FaultDatabase       FaultClass = "database"       // no such database
	FaultMissingRecord  FaultClass = "missing_record" // the record is gone
	FaultMissingModel   FaultClass = "missing_model"  // no such model: module not installed
	FaultMissingMethod  FaultClass = "missing_method" // no such method, or a private one
	FaultConcurrency    FaultClass = "concurrency"    // serialization failure, deadlock, lock
	FaultTimeout        FaultClass = "timeout"        // no answer in time: the call may still be running
	FaultTooLarge       FaultClass = "too_large"      // 413
	FaultRateLimit      FaultClass = "rate_limit"     // 429
	FaultUnavailable    FaultClass = "unavailable"    // 502, 503, 504: a proxy speaks, or the server is starting
	FaultNotSent        FaultClass = "not_sent"       // refused, name unknown: the server never saw the call
	FaultLostReply      FaultClass = "lost_reply"     // the call was sent and the answer never came
	FaultServer         FaultClass = "server"         // a traceback: anything else the server raised
	FaultProtocol       FaultClass = "protocol"       // an answer that is not the protocol's
)

// Unknown reports whether the server may have done what was asked although it did not say so.
func (c FaultClass) Unknown() bool {
	return c == FaultTimeout || c == FaultLostReply || c == FaultUnavailable || c == FaultProtocol
}

// Retryable reports whether the same call may succeed later without anything being changed.
func (c FaultClass) Retryable() bool {
	switch c {
	case FaultConcurrency, FaultTimeout, FaultRateLimit, FaultUnavailable, FaultNotSent, FaultLostReply:
		return true
	}
	return false
}
