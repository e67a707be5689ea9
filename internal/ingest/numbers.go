package ingest

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/sentra-ikm/sentra/internal/tablefile"
)

var (
	plainDecimal = regexp.MustCompile(`^-?[0-9]+(?:\.[0-9]+)?$`)
	commaDecimal = regexp.MustCompile(`^-?[0-9]+,[0-9]+$`)
	// Numbers with both separators, of which the last is the decimal one.
	groupedDots   = regexp.MustCompile(`^-?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+$`)
	groupedCommas = regexp.MustCompile(`^-?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+$`)
	// Whole numbers with the same separator at least twice.
	manyDots   = regexp.MustCompile(`^-?[0-9]{1,3}(?:\.[0-9]{3}){2,}$`)
	manyCommas = regexp.MustCompile(`^-?[0-9]{1,3}(?:,[0-9]{3}){2,}$`)
	// eitherWay matches what may be a decimal or a whole number with one group.
	eitherWay = regexp.MustCompile(`^-?[1-9][0-9]{0,2}[.,][0-9]{3}$`)
)

var (
	errNotDecimal = errors.New(`write digits with one decimal point or comma, 136.25 or 136,25`)
	errAmbiguous  = errors.New(`it may mean thousands or decimals; write it without a separator of thousands`)
)

// decimal parses a number as people write it: digits with a decimal point or comma,
// and thousands separators if only one reading is possible.
func decimal(text string) (float64, error) {
	plain, err := digits(text)
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(plain, 64)
}

// digits returns the digits of such a number, with a decimal point if it has
// decimals.
func digits(text string) (string, error) {
	switch {
	case eitherWay.MatchString(text):
		return "", errAmbiguous
	case plainDecimal.MatchString(text):
	case commaDecimal.MatchString(text):
		text = strings.Replace(text, ",", ".", 1)
	case groupedDots.MatchString(text):
		text = strings.Replace(strings.ReplaceAll(text, ".", ""), ",", ".", 1)
	case groupedCommas.MatchString(text):
		text = strings.ReplaceAll(text, ",", "")
	case manyDots.MatchString(text), manyCommas.MatchString(text):
		text = strings.NewReplacer(".", "", ",", "").Replace(text)
	default:
		return "", errNotDecimal
	}
	return text, nil
}

// degrees parses a number of degrees. It has no thousands, so that a single point or
// comma is a decimal separator.
func degrees(text string) (float64, error) {
	if len(text) > 40 {
		return 0, errNotDecimal
	}
	if eitherWay.MatchString(text) {
		return strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
	}
	return decimal(text)
}

// degrees reads a column with degrees.
func (r *row) degrees(column string) (float64, bool) {
	cell := r.cell(column)
	if cell.Fault != "" {
		return 0, false
	}
	text := r.text(column)
	if text == "" {
		r.fault(column, "a number of degrees is missing")
		return 0, false
	}
	value, err := degrees(text)
	if err != nil || cell.Kind == tablefile.Date || cell.Kind == tablefile.Bool {
		r.fault(column, "%s is not a number of degrees; %v", tablefile.Quote(text), errNotDecimal)
		return 0, false
	}
	return value, true
}

// whole reads a whole number in a range; false if the cell is empty or wrong.
func (r *row) whole(column string, least, most int) (int, bool) {
	cell := r.cell(column)
	text := r.text(column)
	if text == "" || cell.Fault != "" {
		return 0, false
	}
	if cell.Kind == tablefile.Date || cell.Kind == tablefile.Bool {
		r.fault(column, "%s is not a whole number", tablefile.Quote(text))
		return 0, false
	}
	value, err := decimal(text)
	if cell.Kind == tablefile.Number {
		value, err = strconv.ParseFloat(text, 64)
	}
	switch {
	case errors.Is(err, errAmbiguous):
		r.fault(column, "%s is ambiguous: %v", tablefile.Quote(text), err)
	case err != nil || value != math.Trunc(value):
		r.fault(column, "%s is not a whole number; write only digits", tablefile.Quote(text))
	case value < float64(least) || value > float64(most):
		r.fault(column, "%s is not between %d and %d", tablefile.Quote(text), least, most)
	default:
		return int(value), true
	}
	return 0, false
}
