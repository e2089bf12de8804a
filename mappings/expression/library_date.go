package expression

import (
	"fmt"
	"time"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/cell"
	"github.com/odoo-migrate/odoo-migrate/record"
)

var dateFunctions = []entry{
	{"date", function{usage: `date(text, "yyyyMMdd")`, doc: "the date a text holds, in one or more layouts, tried in order", examples: [][2]string{{`date("31.01.2024", "yyyyMMdd", "dd.MM.yyyy")`, `2024-01-31`}},
		least: 1, most: -1, args: []Type{Text}, result: Date, apply: date, literal: layoutLiteral(false)}},
	{"datetime", function{usage: `datetime(text, "yyyyMMdd HH:mm")`, doc: "the moment a text holds, read from the clocks of the project's time zone; UTC", examples: [][2]string{{`datetime("20240131 1230", "yyyyMMdd HHmm")`, `2024-01-31 12:30:00`}},
		least: 1, most: -1, args: []Type{Text}, result: DateTime, apply: datetime, literal: layoutLiteral(true)}},
	{"excel_date", function{usage: "excel_date(number)", doc: "the date of a serial number of Excel (1900 system); a time of day is left out",
		examples: [][2]string{{`excel_date(45322)`, `2024-01-31`}}, least: 1, most: 1, args: []Type{Number}, result: Date, apply: excelDate}},
	{"format_date", function{usage: `format_date(date, "dd.MM.yyyy")`, doc: "a date as text", examples: [][2]string{{`format_date(date("2024-01-31"), "d MMM yyyy")`, `"31 Jan 2024"`}},
		least: 2, most: 2, args: []Type{Date}, result: Text, apply: formatDate, literal: formatLiteral}},
	{"add_days", function{usage: "add_days(date, 30)", doc: "so many days later", examples: [][2]string{{`add_days(date("2024-02-28"), 2)`, `2024-03-01`}},
		least: 2, most: 2, args: []Type{Date, Number}, result: Date, apply: shift(func(t time.Time, n int) time.Time { return t.AddDate(0, 0, n) })}},
	{"add_months", function{usage: "add_months(date, 3)", doc: "so many months later; the last day where the month is shorter", examples: [][2]string{{`add_months(date("2024-01-31"), 1)`, `2024-02-29`}},
		least: 2, most: 2, args: []Type{Date, Number}, result: Date, apply: shift(addMonths)}},
	{"first_of_month", oneDate("first_of_month", "the first day of its month", [][2]string{{`first_of_month(date("2024-01-31"))`, `2024-01-01`}}, func(t time.Time) time.Time { return t.AddDate(0, 0, 1-t.Day()) })},
	{"last_of_month", oneDate("last_of_month", "the last day of its month", [][2]string{{`last_of_month(date("2024-02-01"))`, `2024-02-29`}}, lastOfMonth)},
	{"year", part("year", "the year", [][2]string{{`year(date("2024-01-31"))`, `2024`}}, time.Time.Year)},
	{"month", part("month", "the month, 1 to 12", [][2]string{{`month(date("2024-01-31"))`, `1`}}, func(t time.Time) int { return int(t.Month()) })},
	{"day", part("day", "the day of the month", [][2]string{{`day(date("2024-01-31"))`, `31`}}, time.Time.Day)},
	{"weekday", part("weekday", "1 for Monday to 7 for Sunday", [][2]string{{`weekday(date("2024-01-31"))`, `3`}}, func(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 })},
	{"days_between", function{usage: "days_between(date, later)", doc: "days from the one to the other", examples: [][2]string{{`days_between(date("2024-02-28"), date("2024-03-01"))`, `2`}},
		least: 2, most: 2, args: []Type{Date}, result: Number, apply: func(args []any) (any, error) {
			return record.DecimalFromInt((moment(args[1]).Unix() - moment(args[0]).Unix()) / 86400), nil
		}}},
}

func date(args []any) (any, error) {
	text, err := args[1].(*clock).dates.Date(args[0].(string))
	if err != nil {
		return nil, valueError(err)
	}
	return Day(text), nil
}

func datetime(args []any) (any, error) {
	c := args[1].(*clock)
	text, err := c.dates.DateTime(args[0].(string), c.location)
	if err != nil {
		return nil, valueError(err)
	}
	return Instant(text), nil
}

// moment is midnight of a Day, in UTC: days have no zone.
func moment(v any) time.Time {
	t, err := time.Parse(time.DateOnly, string(v.(Day)))
	if err != nil {
		panic("expression: a Day holds a text that is no date: " + string(v.(Day)))
	}
	return t
}

func dayOf(t time.Time) (any, error) {
	if t.Year() < 1 || t.Year() > 9999 {
		return nil, &ValueError{Message: "the date would be outside the years 1 to 9999"}
	}
	return Day(t.Format(time.DateOnly)), nil
}

// shift moves a date by a number of days or months.
func shift(by func(time.Time, int) time.Time) func([]any) (any, error) {
	return func(args []any) (any, error) {
		n, err := whole(args[1], 4_000_000)
		if err != nil {
			return nil, err
		}
		return dayOf(by(moment(args[0]), n))
	}
}

func addMonths(t time.Time, n int) time.Time {
	first := t.AddDate(0, 0, 1-t.Day()).AddDate(0, n, 0)
	return first.AddDate(0, 0, min(t.Day(), lastOfMonth(first).Day())-1)
}

func lastOfMonth(t time.Time) time.Time { return t.AddDate(0, 0, 1-t.Day()).AddDate(0, 1, -1) }

func oneDate(name, doc string, examples [][2]string, do func(time.Time) time.Time) function {
	return function{usage: name + "(date)", doc: doc, examples: examples, least: 1, most: 1, args: []Type{Date}, result: Date,
		apply: func(args []any) (any, error) { return dayOf(do(moment(args[0]))) }}
}

func part(name, doc string, examples [][2]string, do func(time.Time) int) function {
	return function{usage: name + "(date)", doc: doc, examples: examples, least: 1, most: 1, args: []Type{Date}, result: Number,
		apply: func(args []any) (any, error) { return record.DecimalFromInt(int64(do(moment(args[0])))), nil }}
}

// excelDate counts from 1899-12-31, and knows that Excel takes 1900 for a leap year: 60 is a day that never was.
func excelDate(args []any) (any, error) {
	n, err := whole(floor(args[0].(record.Decimal)), 2958465) // 9999-12-31
	switch {
	case err != nil || n < 1:
		return nil, &ValueError{Message: fmt.Sprintf("%s is not a serial date of Excel", args[0])}
	case n == 60:
		return nil, &ValueError{Message: "60 is Excel's 1900-02-29, a day that never was"}
	case n > 60:
		n--
	}
	return dayOf(time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n))
}

func formatLiteral(texts []string, _ *time.Location) (any, error) { return cell.ParseFormat(texts[0]) }

func formatDate(args []any) (any, error) {
	t := moment(args[0])
	return args[1].(*cell.Layout).Format(cell.Moment{Year: t.Year(), Month: int(t.Month()), Day: t.Day()}), nil
}
