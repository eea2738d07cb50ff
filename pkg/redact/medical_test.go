package redact

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestConditionsOfSomebody holds the engine to conditions that a sentence says somebody has, in whatever words.
func TestConditionsOfSomebody(t *testing.T) {
	for text, want := range map[string]string{
		"The patient, Mrs. Eleanor Whitfield, was seen on 3 May for type 2 diabetes and takes metformin.": "type 2 diabetes",
		"Mr Brown was treated for pneumonia last winter.":                                                 "pneumonia",
		"Eleanor Whitfield's psoriasis got worse since her operation.":                                    "psoriasis",
		"Our employee Petra Novak is on sick leave because of burnout.":                                   "burnout",
		"Her mother died of breast cancer in March.":                                                      "breast cancer",
		"The claimant's severe multiple sclerosis prevents her from working.":                             "multiple sclerosis",
		"The veteran's PTSD claim was denied.":                                                            "PTSD",
		"Write a letter to my boss that I have bipolar disorder.":                                         "bipolar disorder",
		"El paciente Joaquín Herrera, con VIH, toma efavirenz.":                                           "VIH",
		"У моего отца сахарный диабет.":                                                                   "сахарный диабет",
		"A 54 year old male with CHF was here.":                                                           "CHF",
	} {
		res, err := newEngine(t).Redact(text, Hints{})
		require.NoError(t, err)
		require.NotContains(t, res.Text, want, "%q", text)
	}
}

// TestConditionsInGeneral leaves what is said of nobody, and what only looks like a condition.
func TestConditionsInGeneral(t *testing.T) {
	for _, text := range []string{
		"What causes asthma in children?", "Explain why people die of pneumonia.", "Today's flu and measles numbers are out.", "Was ist Asthma?", "Was hilft gegen Migräne?",
		"The hospital treats patients for breast cancer.", "Summarize the guideline on the treatment of type 2 diabetes.", "Children's asthma is often mild.",
		"Germany had measles outbreaks in 2019.", "Der Preis ist CHF 45.90.", "I paid with CHF 20.", "The trial enrolled patients due to heart failure.",
		"Alzheimer's and Parkinson's are diseases of old age.", "Insulin was discovered for diabetes.",
	} {
		fs, err := newEngine(t).Find(text, Hints{})
		require.NoError(t, err)
		for _, f := range fs {
			require.NotEqual(t, TypeMedical, f.Type, "%q", text)
		}
	}
}
