/*
 * finding: all rules by name.
 */
#include "check/rules/finding.h"

#include <string.h>

#include "base/text.h"

#define OFF VV_SEVERITY_OFF
#define WARNING VV_SEVERITY_WARNING
#define ERROR VV_SEVERITY_ERROR
#define COLUMNS VV_RULE_COLUMNS
#define MOSTLY VV_RULE_MOSTLY
#define MIN VV_RULE_MIN
#define MAX VV_RULE_MAX
#define SHARE VV_RULE_SHARE
#define COUNT VV_RULE_COUNT
#define AGE VV_RULE_AGE
#define CONDITION VV_RULE_CONDITION
#define NEEDS_BOUND VV_RULE_NEEDS_BOUND
#define NEEDS_COLUMNS VV_RULE_NEEDS_COLUMNS
#define WRITTEN VV_RULE_WRITTEN

/* Sorted by code. docs/formats/varve.schema.json is made from it (tests/cli/check/rules_schema.py --write). */
const vv_rule vv_rules[] = {
	{"accept-ended", "Acceptance ended",
	 "An entry of \"accept\" in varve.json has expired: correct the data, or accept it again.",
	 ERROR, false, 0, NULL},
	{"almost", "Almost right",
	 "A value, id or row differs from all others in a table that has no description.", WARNING,
	 false, 0, NULL},
	{"blank-column", "Column without name and values",
	 "A column has neither a name nor a value in any row.", WARNING, false, 0, NULL},
	{"blank-header", "Blank header", "All cells of the header line are blank.", ERROR, false, 0,
	 NULL},
	{"blank-label", "Blank label", "A column has no name in the header.", ERROR, false, 0,
	 NULL},
	{"blank-row", "Blank row", "A line between the rows has no values.", ERROR, false, MOSTLY,
	 NULL},
	{"cells-changed", "Many cells changed",
	 "More cells differ from the base version than the limit allows.", OFF, true, COLUMNS | MAX,
	 "changed groups"},
	{"change-constraint", "Condition on changes not met",
	 "A changed row does not meet a rule of varve.checks.", ERROR, true, WRITTEN, NULL},
	{"column-added", "Column added", "The base version does not have this column.", OFF, true,
	 COLUMNS, "the header"},
	{"column-removed", "Column removed", "A column of the base version no longer exists.",
	 ERROR, true, COLUMNS, "the header"},
	{"column-retyped", "Column type or format changed",
	 "A column has another type or format than in the base version.", ERROR, true, COLUMNS,
	 "the schema"},
	{"constraint-error", "Constraint not met",
	 "A value does not meet a constraint of its field.", ERROR, false, COLUMNS | MOSTLY, NULL},
	{"dialect-error", "File not as declared", "The file does not match its declared dialect.",
	 WARNING, false, 0, NULL},
	{"drift-psi", "Distribution changed (PSI)",
	 "A column's values are distributed differently from the base version (population "
	 "stability index over the limit).",
	 OFF, true, COLUMNS | SHARE, "columns"},
	{"duplicate-label", "Duplicate label", "Two columns have one name in the header.", ERROR,
	 false, 0, NULL},
	{"duplicate-row", "Duplicate row", "A row is the same as one above it.", OFF, false, MOSTLY,
	 NULL},
	{"encoding-error", "Not UTF-8", "A text is not valid UTF-8.", ERROR, false, 0, NULL},
	{"erased", "Erased value", "A cell has a value that was erased from the history.", ERROR,
	 false, 0, NULL},
	{"extra-cell", "Extra cell", "A row has more cells than the header.", ERROR, false, MOSTLY,
	 NULL},
	{"extra-label", "Extra label", "The file has a column that the schema does not have.",
	 ERROR, false, 0, NULL},
	{"foreign-key", "Foreign key not found", "A row refers to a row that does not exist.",
	 ERROR, false, COLUMNS | MOSTLY, NULL},
	{"freshness", "Data too old",
	 "The latest value of a date column is older than the limit allows.", OFF, false,
	 COLUMNS | AGE | NEEDS_BOUND | NEEDS_COLUMNS, "columns"},
	{"incorrect-label", "Wrong label", "A column's name or position differs from the schema.",
	 ERROR, false, 0, NULL},
	{"key-broken", "Key no longer holds",
	 "Rows repeat a key that was unique in the base version.", ERROR, true, 0,
	 "columns of the key"},
	{"key-lost", "Keys lost",
	 "More keys of the base version are missing than the limit allows.", OFF, true, MAX,
	 "changed groups"},
	{"missing-cell", "Cell missing", "A row has fewer cells than the header.", ERROR, false,
	 MOSTLY, NULL},
	{"missing-label", "Label missing", "The schema has a field that the file does not have.",
	 ERROR, false, 0, NULL},
	{"new-category", "New category",
	 "A column has a value that it does not have in the base version.", OFF, true,
	 COLUMNS | MAX, "columns"},
	{"no-dataset", "Pattern matches nothing",
	 "A pattern of varve.json or varve.checks matches no table, so its rules check nothing.",
	 WARNING, false, 0, NULL},
	{"no-key", "No key", "A rule requires a key, but the table has none.", ERROR, false, 0,
	 NULL},
	{"null-share", "More missing values",
	 "The share of missing values increased more than the limit allows.", OFF, true,
	 COLUMNS | SHARE, "columns"},
	{"number-as-text", "Number stored as text",
	 "A cell of a document contains a number as text, but it is a number in the base version "
	 "(without one: in the other rows).",
	 WARNING, false, 0, NULL},
	{"pattern-budget", "Pattern too costly",
	 "A pattern takes too many steps, so a value could not be checked.", ERROR, false, 0, NULL},
	{"primary-key", "Primary key repeated or missing",
	 "A row has the same primary key as another row, or none.", ERROR, false, 0, NULL},
	{"query-constraint", "Query finds rows", "A query of varve.checks returns rows.", ERROR,
	 false, WRITTEN, NULL},
	{"row-constraint", "Row condition not met",
	 "A row does not meet a condition of varve.json or varve.checks.", ERROR, false,
	 MOSTLY | CONDITION | NEEDS_BOUND | WRITTEN, NULL},
	{"row-count", "Number of rows", "The table has fewer or more rows than the limits allow.",
	 ERROR, false, MIN | MAX | COUNT | NEEDS_BOUND, NULL},
	{"rows-added", "Rows added",
	 "More rows were added to the base version than the limit "
	 "allows.",
	 OFF, true, MIN | MAX, "changed groups"},
	{"rows-removed", "Rows removed",
	 "More rows of the base version were removed than the limit allows.", OFF, true, MAX,
	 "changed groups"},
	{"rules-changed", "Rules changed",
	 "The change request changes rules or descriptions, which apply only after the merge.",
	 WARNING, true, 0, NULL},
	{"schema-error", "Invalid schema",
	 "The schema is invalid, or has constraints that cannot be checked.", ERROR, false, 0,
	 NULL},
	{"source-error", "File cannot be read as a table", "The file does not contain a table.",
	 ERROR, false, 0, NULL},
	{"spreadsheet", "Damaged by a spreadsheet program",
	 "A spreadsheet program changed values of the base version.", ERROR, true, COLUMNS,
	 "changed groups"},
	{"stray-quote", "Stray quote",
	 "A quote is not allowed here, or text follows a closing quote.", ERROR, false, 0, NULL},
	{"table-constraint", "Condition on the table not met",
	 "Counts or sums of the table, or of a group of its rows, do not meet a rule of varve.checks.",
	 ERROR, false, WRITTEN, NULL},
	{"table-removed", "Table removed", "A table of the base version no longer exists.", ERROR,
	 true, 0, NULL},
	{"type-contradiction", "Value contradicts the base's type",
	 "A value does not have its column's type in the base version.", WARNING, true,
	 COLUMNS | MOSTLY, "changed groups"},
	{"type-error", "Wrong type", "A value does not have its field's type and format.", ERROR,
	 false, COLUMNS | MOSTLY, NULL},
	{VV_RULE_UNCHECKED, "Not checked",
	 "Something could not be checked: its data is missing here, or the rule for it is off or "
	 "only warns.",
	 ERROR, false, 0, NULL},
	{"unclosed-quote", "Quote not closed", "A quoted cell continues to the end of the file.",
	 ERROR, false, 0, NULL},
	{"unique-error", "Value not unique", "A value, or a unique key, occurs in several rows.",
	 ERROR, false, COLUMNS | MOSTLY, NULL},
	{"unknown-member", "Misspelt member",
	 "A schema member's name resembles a standard one and may be misspelt.", WARNING, false, 0,
	 NULL},
	{NULL, NULL, NULL, OFF, false, 0, NULL},
};

const vv_rule *vv_rule_find(const char *code)
{
	const vv_rule *r = vv_rules;

	/* Each rule is looked up for each column. Most codes differ in the first letter. */
	while (r->code && (*r->code != *code || strcmp(r->code, code) != 0)) {
		r++;
	}
	return r->code ? r : NULL;
}

bool vv_rule_needs_bounds(const vv_rule *rule)
{
	return (rule->takes & (NEEDS_BOUND | NEEDS_COLUMNS)) != 0;
}

bool vv_rule_is_written(const char *code)
{
	const vv_rule *r = vv_rule_find(code);

	return r && (r->takes & WRITTEN);
}

const char *vv_rule_nearest(const char *word)
{
	vv_nearest near = vv_nearest_to(word);
	for (const vv_rule *r = vv_rules; r->code; r++) {
		(void)vv_nearest_try(&near, r->code);
	}
	return near.best;
}
