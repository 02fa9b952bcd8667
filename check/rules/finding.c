/*
 * finding: all rules by name.
 */
#include "check/rules/finding.h"

#include <string.h>

#include "base/text.h"

#define OFF VV_SEVERITY_OFF
#define WARNING VV_SEVERITY_WARNING
#define ERROR VV_SEVERITY_ERROR

/* Sorted by code. */
const vv_rule vv_rules[] = {
	{"accept-ended", "Acceptance ended",
	 "An entry of \"accept\" in varve.json ended: correct the data, or accept it again.", ERROR,
	 false},
	{"almost", "Almost right",
	 "A value, an id or a row is unlike all others of a table without a description.", WARNING,
	 false},
	{"blank-header", "Blank header",
	 "The header line is there, but all of its cells are blank.", ERROR, false},
	{"blank-column", "Column without name and values",
	 "A column has neither a name nor a value in any row.", WARNING, false},
	{"blank-label", "Blank label", "A column has no name in the header.", ERROR, false},
	{"blank-row", "Blank row", "A line without any value between the rows.", ERROR, false},
	{"cells-changed", "Many cells changed",
	 "More cells differ from the base version than the bound allows.", OFF, true},
	{"change-constraint", "Condition on changes not met",
	 "A changed row does not meet a rule of varve.checks.", ERROR, true},
	{"column-added", "Column added", "A column that the base version does not have.", OFF,
	 true},
	{"column-removed", "Column removed", "A column of the base version is gone.", ERROR, true},
	{"column-retyped", "Column of another type",
	 "A column has a different type from the base version.", ERROR, true},
	{"constraint-error", "Constraint not met",
	 "A value does not meet a constraint of its field.", ERROR, false},
	{"dialect-error", "File not as declared", "The file is not written in its dialect.",
	 WARNING, false},
	{"drift-psi", "Distribution changed (PSI)",
	 "A column's population stability index against the base version is over the bound.", OFF,
	 true},
	{"duplicate-label", "Label twice", "Two columns have one name in the header.", ERROR,
	 false},
	{"duplicate-row", "Row twice", "A row is the same as one above it.", OFF, false},
	{"encoding-error", "Not UTF-8", "A text is not valid UTF-8.", ERROR, false},
	{"extra-cell", "Cell too many", "A row has more cells than the header.", ERROR, false},
	{"extra-label", "Label too many", "The file has a column that the schema does not have.",
	 ERROR, false},
	{"foreign-key", "Foreign key without target", "A row refers to a row that does not exist.",
	 ERROR, false},
	{"freshness", "Data too old",
	 "The latest value of a date column is older than the bound allows.", OFF, false},
	{"incorrect-label", "Another label",
	 "A column has another name or place than in the schema.", ERROR, false},
	{"key-broken", "Key no longer holds",
	 "Rows repeat a key that was unique in the base version.", ERROR, true},
	{"key-lost", "Keys lost", "More keys of the base version are gone than the bound allows.",
	 OFF, true},
	{"missing-cell", "Cell missing", "A row has fewer cells than the header.", ERROR, false},
	{"missing-label", "Label missing", "The schema has a field that the file does not have.",
	 ERROR, false},
	{"new-category", "New category",
	 "A column has a value that it does not have in the base version.", OFF, true},
	{"no-dataset", "Pattern without dataset",
	 "A pattern of varve.json matches no dataset, so that its rules check nothing.", WARNING,
	 false},
	{"no-key", "No key", "A rule needs a key, and the table has none.", ERROR, false},
	{"null-share", "More missing values",
	 "The share of missing values rose more than the bound allows.", OFF, true},
	{"pattern-budget", "Pattern too costly",
	 "A pattern could not be decided within its budget.", ERROR, false},
	{"primary-key", "Primary key not unique",
	 "A row repeats the primary key of another, or has none.", ERROR, false},
	{"query-constraint", "Query finds rows", "A query of varve.checks returns rows.", ERROR,
	 false},
	{"row-constraint", "Row condition not met",
	 "A row does not meet a condition of varve.json or varve.checks.", ERROR, false},
	{"row-count", "Number of rows", "The table has fewer or more rows than the bounds allow.",
	 ERROR, false},
	{"rows-added", "Rows added", "More rows than the bound allows are not in the base version.",
	 OFF, true},
	{"rows-removed", "Rows removed",
	 "More rows of the base version are gone than the bound allows.", OFF, true},
	{"rules-changed", "Rules changed",
	 "A request changes rules or descriptions: the change applies once it is merged.", WARNING,
	 true},
	{"schema-error", "Invalid schema",
	 "The schema is invalid, or has constraints that cannot be checked.", ERROR, false},
	{"source-error", "File cannot be read as a table",
	 "What the file holds is not a table at all.", ERROR, false},
	{"spreadsheet", "Damaged by a spreadsheet program",
	 "Values are spelled as Excel writes them, and no longer as in the base version.", ERROR,
	 true},
	{"stray-quote", "Stray quote",
	 "A quote where none is allowed, or text after a closing quote.", ERROR, false},
	{"table-constraint", "Condition on the table not met",
	 "Counts or sums of the table, or of a group of its rows, do not meet a rule of varve.checks.",
	 ERROR, false},
	{"table-removed", "Table removed", "A table of the base version is gone.", ERROR, true},
	{"type-contradiction", "Value against the base's type",
	 "A value is not of the type that its column has in the base version.", WARNING, true},
	{"type-error", "Cell of another type", "A value is not of its field's type and format.",
	 ERROR, false},
	{VV_RULE_UNCHECKED, "Not checked",
	 "Something could not be checked: its data is not here, or the rule that would report it "
	 "is off or a warning.",
	 ERROR, false},
	{"unclosed-quote", "Quote not closed", "A quoted cell continues to the end of the file.",
	 ERROR, false},
	{"unique-error", "Value not unique", "A value, or a unique key, occurs in several rows.",
	 ERROR, false},
	{"unknown-member", "Misspelt member",
	 "A member of the schema has nearly the name of one that Table Schema has.", WARNING,
	 false},
	{NULL, NULL, NULL, OFF, false},
};

const vv_rule *vv_rule_find(const char *code)
{
	for (const vv_rule *r = vv_rules; r->code; r++) {
		if (strcmp(r->code, code) == 0) return r;
	}
	return NULL;
}

bool vv_rule_is_written(const char *code)
{
	return strcmp(code, "row-constraint") == 0 || strcmp(code, "table-constraint") == 0 ||
	       strcmp(code, "change-constraint") == 0 || strcmp(code, "query-constraint") == 0;
}

const char *vv_rule_nearest(const char *word)
{
	vv_nearest near;

	vv_nearest_init(&near, word);
	for (const vv_rule *r = vv_rules; r->code; r++) {
		(void)vv_nearest_try(&near, r->code);
	}
	return near.best;
}
