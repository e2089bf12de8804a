package profile

import "strings"

// pinned is what migrate.yaml says of how a source writes numbers and dates; zero values leave it to the values.
type pinned struct {
	style numberStyle // point or comma
	order dateOrder
}

func pinnedStyle(in Input) (p pinned) {
	switch in.Point {
	case ".":
		p.style = point
	case ",":
		p.style = comma
	}
	if len(in.Dates) > 0 {
		p.order = orderOf(in.Dates[0]) // the first is the usual one
	}
	return p
}

func orderOf(layout string) dateOrder {
	year, month, day := strings.Index(layout, "y"), strings.Index(layout, "M"), strings.Index(layout, "d")
	switch {
	case strings.Contains(layout, "yyyyMMdd"):
		return orderCompact
	case strings.Contains(layout, "MMM"):
		return orderDMonY
	case year < month:
		return orderYMD
	case day < month:
		return orderDMY
	}
	return orderMDY
}

// compare puts the pinned order of dates first.
func (p pinned) compare(a, b dateOrder) int {
	switch {
	case p.order == 0 || a == b:
		return 0
	case a == p.order:
		return -1
	case b == p.order:
		return 1
	}
	return 0
}
