package tablefile

import (
	"errors"

	"golang.org/x/text/encoding/charmap"
)

// windows1252 decodes text as Excel writes it on Western systems.
func windows1252(text string) (string, error) {
	decoded, err := charmap.Windows1252.NewDecoder().String(text)
	if err != nil {
		return "", err
	}
	if _, fault := clean(decoded); fault != "" {
		return "", errors.New(fault)
	}
	return decoded, nil
}
