package suggest

// FromLibrary is fromLibrary.
var FromLibrary = fromLibrary

// ReadyMade lists, by model, the library's map and mapping.
func ReadyMade() map[string][2]string {
	out := map[string][2]string{}
	for model, r := range readyMade {
		out[model] = [2]string{r.lib, r.mapping}
	}
	return out
}
