package nearest

import "testing"

func TestWord(t *testing.T) {
	tests := []struct {
		word       string
		candidates []string
		want       string
	}{
		{"form", []string{"do", "find", "from"}, "from"},
		{"contry_id", []string{"country_id", "county"}, "country_id"},
		{"Kunnr", []string{"KUNNR", "NAME1"}, "KUNNR"},
		{"UK", []string{"GB", "US"}, ""},
		{"Germnay", []string{"France", "Germany"}, "Germany"},
		{"x", []string{"y"}, ""},
		{"telephone", []string{"fax", "comment"}, ""},
		{"", []string{"a"}, ""},
		{"credit", []string{"comment", "credit_limit"}, "credit_limit"},
		{"credit", []string{"credit_limit", "credit_to_invoice"}, ""},
	}
	for _, tt := range tests {
		if got := Word(tt.word, tt.candidates); got != tt.want {
			t.Errorf("Word(%q, %q) = %q, want %q", tt.word, tt.candidates, got, tt.want)
		}
	}
}
