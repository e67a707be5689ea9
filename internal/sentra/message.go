package sentra

// Message is a sentence of Sentra, by its key, with values to insert: a Date, a whole
// number, Kilometres, a Text, another Message, or several of these as Joined or
// Series. Package words has the sentences in every language.
type Message struct {
	Key    MessageKey
	Values []any
}

// MessageKey identifies a sentence.
type MessageKey string

const (
	// MessageText is a Text unchanged, MessageSentence adds a full stop.
	MessageText     MessageKey = "text"
	MessageSentence MessageKey = "sentence"

	MessageDesignated   MessageKey = "status.designated"
	MessageNoList       MessageKey = "status.noList"
	MessageOneOpen      MessageKey = "measure.oneOpen"
	MessageManyOpen     MessageKey = "measure.manyOpen"
	MessageNoShare      MessageKey = "measure.noShare"
	MessageNotZero      MessageKey = "measure.notZero"
	MessageAssessed     MessageKey = "screening.assessed"
	MessageNoLinkage    MessageKey = "screening.noLinkage"
	MessageOneCluster   MessageKey = "screening.oneCluster"
	MessageManyClusters MessageKey = "screening.manyClusters"
	MessageNoCluster    MessageKey = "screening.noCluster"
	MessageNoMoney      MessageKey = "screening.noMoney"
	MessageMoney        MessageKey = "screening.money"
	MessageYear         MessageKey = "screening.year"
	MessageYearNotTold  MessageKey = "screening.yearNotTold"

	MessageFacilitatorsWithin   MessageKey = "facilitators.within"
	MessageFacilitatorsProvince MessageKey = "facilitators.province"
	MessageFacilitatorsNearest  MessageKey = "facilitators.nearest"
	MessageFacilitatorsNone     MessageKey = "facilitators.none"

	MessageNoteBoundaries MessageKey = "note.boundaries"
	MessageNoteRegions    MessageKey = "note.regions"
	MessageNoteNotCovered MessageKey = "note.notCovered"
	MessageNoteYears      MessageKey = "note.years"
	MessageNoteClusters   MessageKey = "note.clusters"
	MessageNotePhases     MessageKey = "note.phases"
)

// MessageKeys lists every key.
var MessageKeys = [...]MessageKey{MessageText, MessageSentence, MessageDesignated, MessageNoList, MessageOneOpen, MessageManyOpen, MessageNoShare, MessageNotZero,
	MessageAssessed, MessageNoLinkage, MessageOneCluster, MessageManyClusters, MessageNoCluster, MessageNoMoney, MessageMoney, MessageYear, MessageYearNotTold,
	MessageFacilitatorsWithin, MessageFacilitatorsProvince, MessageFacilitatorsNearest, MessageFacilitatorsNone,
	MessageNoteBoundaries, MessageNoteRegions, MessageNoteNotCovered, MessageNoteYears, MessageNoteClusters, MessageNotePhases}

// Say returns a message.
func Say(key MessageKey, values ...any) Message { return Message{key, values} }

// Text is the text of an editor or a source in English and, if translated, in
// Indonesian.
type Text struct{ English, Indonesian string }

// Message returns the text as a message.
func (t Text) Message() Message { return Say(MessageText, t) }

// Texts pairs the lists of both languages. A translation of another length is
// ignored.
func Texts(english, indonesian []string) []Text {
	out := make([]Text, len(english))
	for i, text := range english {
		out[i].English = text
		if len(indonesian) == len(english) {
			out[i].Indonesian = indonesian[i]
		}
	}
	return out
}

type (
	// Kilometres is a distance.
	Kilometres float64
	// Joined are values that a sentence joins with "and", Series with commas.
	Joined []any
	Series []any
)
