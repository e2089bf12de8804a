package suggest

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// What is known of legacy names is data: the files of the folder knowledge, one word a rule. A line that begins at the
// margin opens something, indented lines belong to it; "#" begins a comment.
//
//	model res.partner
//	  label Contact                       its name for people
//	  tables customer, kunde, kna1        words of a table's name that say it
//	  weak address                        words that say it less surely
//	  not order, type                     words that say it is something else
//	  nouns customer, kunde               words that may stand before a field's name: kundenname
//	  needs name, email                   one of these fields must have a column
//	  key ref                             the field that shows the legacy key to people
//	  note ...                            what to know before it is loaded
//	  field phone char required tells 1   a field, its type, and how much it says about the model
//	    = phone, telefon                  names of columns that hold it
//	    ~ telf2                           names that may
//	    kind phone                        the meaning of the values, as the profile tells it
//	    ref res.partner                   it takes references to records that this model's mappings make
//	    inverse blocked                   names of columns that say the opposite
//
//	alias MODEL: VALUE = names           what values of the model are called elsewhere
//	ignore REASON, todo REASON            columns without a field; indented: their names
//	rate MODEL VERSION CALL RATE ...      records a second, see forecast.go

//go:embed knowledge/*.txt
var knowledgeFiles embed.FS

// knowledge is what the files say.
type knowledge struct {
	models []*modelKnowledge // in the order of the files
	leave  []leaving
	rates  []Rate
	alias  map[string]map[string]string // model -> folded name -> the value it stands for
}

type modelKnowledge struct {
	name, label, key, note string
	tables, weak, not      []string // folded names
	nouns                  []string
	needs                  []string
	fields                 []*fieldKnowledge
}

type fieldKnowledge struct {
	schema.Field
	tells   float64 // how much a column for it speaks for the model
	names   []string
	weak    []string
	inverse []string
	kinds   []string
	ref     string
}

// leaving is a reason why columns of certain names have no field.
type leaving struct {
	reason string
	ignore bool // the reason decides; otherwise a person does
	names  []string
}

var known = sync.OnceValue(func() *knowledge {
	k := &knowledge{alias: map[string]map[string]string{}}
	entries, err := knowledgeFiles.ReadDir("knowledge")
	if err != nil {
		panic(err) // a build error, never a user's
	}
	for _, e := range entries {
		data, err := knowledgeFiles.ReadFile("knowledge/" + e.Name())
		if err == nil {
			err = k.read(e.Name(), string(data))
		}
		if err != nil {
			panic(err)
		}
	}
	return k
})

// Models lists the models that suggestions are made for, sorted.
func Models() []string {
	var out []string
	for _, m := range known().models {
		out = append(out, m.name)
	}
	slices.Sort(out)
	return out
}

func (k *knowledge) model(name string) *modelKnowledge {
	for _, m := range k.models {
		if m.name == name {
			return m
		}
	}
	return nil
}

func (m *modelKnowledge) field(name string) *fieldKnowledge {
	for _, f := range m.fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// snapshot is what is known of Odoo where no target and no saved schema tells.
func (k *knowledge) snapshot() *schema.Snapshot {
	s := &schema.Snapshot{Version: schema.SnapshotVersion}
	for _, m := range k.models {
		model := schema.Model{Name: m.name, Label: m.label}
		for _, f := range m.fields {
			model.Fields = append(model.Fields, f.Field)
		}
		model.Sort()
		s.Models = append(s.Models, model)
	}
	return s
}

// reader reads one file line by line.
type knowledgeReader struct {
	k     *knowledge
	model *modelKnowledge
	field *fieldKnowledge
	leave *leaving
}

func (k *knowledge) read(file, text string) error {
	r := knowledgeReader{k: k}
	for i, line := range strings.Split(text, "\n") {
		if t := strings.TrimSpace(line); t == "" || strings.HasPrefix(t, "#") {
			continue
		}
		if err := r.line(line); err != nil {
			return fmt.Errorf("%s:%d: %w", file, i+1, err)
		}
	}
	return nil
}

func (r *knowledgeReader) line(line string) error {
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	rest = strings.TrimSpace(rest)
	switch depth := len(line) - len(strings.TrimLeft(line, " ")); {
	case depth == 0:
		return r.open(word, rest)
	case r.leave != nil:
		r.leave.names = append(r.leave.names, words(strings.TrimSpace(line))...)
		return nil
	case r.model == nil:
		return fmt.Errorf("%q belongs to no model", word)
	case depth == 2:
		return r.ofModel(word, rest)
	case r.field == nil:
		return fmt.Errorf("%q belongs to no field", word)
	}
	return r.ofField(word, rest)
}

func (r *knowledgeReader) open(word, rest string) error {
	r.model, r.field, r.leave = nil, nil, nil
	switch word {
	case "model":
		r.model = &modelKnowledge{name: rest}
		r.k.models = append(r.k.models, r.model)
	case "ignore", "todo":
		r.k.leave = append(r.k.leave, leaving{reason: rest, ignore: word == "ignore"})
		r.leave = &r.k.leave[len(r.k.leave)-1]
	case "rate":
		return r.rate(rest)
	case "alias":
		return r.alias(rest)
	default:
		return fmt.Errorf("unknown word %q", word)
	}
	return nil
}

func (r *knowledgeReader) alias(rest string) error {
	model, rest, _ := strings.Cut(rest, ":")
	value, names, ok := strings.Cut(rest, "=")
	if !ok {
		return fmt.Errorf("an alias has a value and names")
	}
	if r.k.alias[model] == nil {
		r.k.alias[model] = map[string]string{}
	}
	for name := range strings.SplitSeq(names, ",") {
		r.k.alias[model][foldValue(name)] = strings.TrimSpace(value)
	}
	return nil
}

func (r *knowledgeReader) rate(rest string) error {
	parts := strings.Fields(rest)
	if len(parts) < 5 {
		return fmt.Errorf("a rate has a model, a version, a call, a number and an origin")
	}
	n, err := strconv.ParseFloat(parts[3], 64)
	if err != nil {
		return fmt.Errorf("rate %q: %w", parts[3], err)
	}
	r.k.rates = append(r.k.rates, Rate{Model: parts[0], Version: parts[1], Call: parts[2], PerSecond: n, Origin: strings.Join(parts[4:], " ")})
	return nil
}

func (r *knowledgeReader) ofModel(word, rest string) error {
	m := r.model
	r.field = nil
	switch word {
	case "label":
		m.label = rest
	case "tables":
		m.tables = append(m.tables, words(rest)...)
	case "weak":
		m.weak = append(m.weak, words(rest)...)
	case "not":
		m.not = append(m.not, words(rest)...)
	case "nouns":
		m.nouns = append(m.nouns, words(rest)...)
	case "needs":
		m.needs = strings.Split(strings.ReplaceAll(rest, " ", ""), ",")
	case "key":
		m.key = rest
	case "note":
		m.note = rest
	case "field":
		return r.newField(rest)
	default:
		return fmt.Errorf("unknown word %q", word)
	}
	return nil
}

// newField reads "NAME TYPE[:RELATION] [required] [tells N] [options value=label|...]".
func (r *knowledgeReader) newField(rest string) error {
	head, options, _ := strings.Cut(rest, " options ")
	parts := strings.Fields(head)
	if len(parts) < 2 {
		return fmt.Errorf("a field has a name and a type")
	}
	f := &fieldKnowledge{tells: 0.25}
	kind, relation, _ := strings.Cut(parts[1], ":")
	f.Field = schema.Field{Name: parts[0], Type: schema.Type(kind), Relation: relation, Stored: true}
	for i := 2; i < len(parts); i++ {
		switch {
		case parts[i] == "required":
			f.Required = true
		case parts[i] == "tells" && i+1 < len(parts):
			n, err := strconv.ParseFloat(parts[i+1], 64)
			if err != nil {
				return err
			}
			f.tells = n
			i++
		default:
			return fmt.Errorf("unknown word %q", parts[i])
		}
	}
	for o := range strings.SplitSeq(options, "|") {
		if value, label, ok := strings.Cut(o, "="); ok {
			f.Options = append(f.Options, schema.Option{Value: value, Label: label})
		}
	}
	r.field = f
	r.model.fields = append(r.model.fields, f)
	return nil
}

func (r *knowledgeReader) ofField(word, rest string) error {
	f := r.field
	switch word {
	case "=":
		f.names = append(f.names, words(rest)...)
	case "~":
		f.weak = append(f.weak, words(rest)...)
	case "inverse":
		f.inverse = append(f.inverse, words(rest)...)
	case "kind":
		f.kinds = append(f.kinds, words(rest)...)
	case "ref":
		f.ref = rest
	default:
		return fmt.Errorf("unknown word %q", word)
	}
	return nil
}

// words reads names between commas, folded.
func words(list string) []string {
	var out []string
	for w := range strings.SplitSeq(list, ",") {
		if f := fold(w); f != "" {
			out = append(out, f)
		}
	}
	return out
}
