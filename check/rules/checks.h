/*
 * checks: reads varve.checks, the rules of a project as text, one rule per line. docs/use/rules.md
 * describes the language.
 *
 * A correct caller: vv_checks_read once; vv_checks_next for each rule that applies to a path. These
 * functions check only the syntax of rules; names in rules are resolved when the columns are known
 * (compile.h, table_rules.c).
 */
#ifndef VV_CHECK_RULES_CHECKS_H
#define VV_CHECK_RULES_CHECKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "check/rules/finding.h"

#define VV_CHECKS_NAME "varve.checks"
#define VV_CHECKS_MAX (4u << 20) /* maximum bytes of the file */

typedef enum vv_check_kind {
	VV_CHECK_ROW,    /* a condition for each row; with a pattern, for each matching column */
	VV_CHECK_TABLE,  /* a condition on counts and sums of the table or of each group */
	VV_CHECK_CHANGE, /* a condition for each changed row */
	VV_CHECK_UNIQUE,
	VV_CHECK_REFERENCES,
	VV_CHECK_SELECT /* a query that must return no rows (lib/check/query.h) */
} vv_check_kind;

/* A test of a rule, written in a row below it: the rule must accept the row ('+') or report it
 * ('-'). */
typedef struct vv_check_row {
	bool right;       /* true: the rule must accept the row */
	const char *text; /* "id=1, amount=3"; for a change "id=1, amount=3 -> amount=5" */
	size_t line;
} vv_check_row;

typedef struct vv_check_rule {
	vv_check_kind kind;
	const vv_rule *rule; /* the rule to which its findings belong */
	vv_severity severity;
	/* text of the rule in the file, without the name before it and the comment after it */
	const char *text;
	const char *name;      /* the name before the rule; may be NULL */
	const char *why;       /* the comment after the rule; may be NULL */
	const char *condition; /* ROW, TABLE, CHANGE: the condition; SELECT: the query */
	/* condition that selects the rows that the rule applies to; NULL: all rows. In a ROW rule,
	 * `condition` includes this condition */
	const char *where;
	/* expressions after "group by", ended by NULL; NULL: no groups */
	const char **groups;
	/* ROW: pattern for names of columns; 'value' means each matching column; may be NULL */
	const char *pattern;
	const char **columns; /* UNIQUE, REFERENCES: ended by NULL */
	const char *target;   /* REFERENCES: the referenced table */
	const char **targets; /* REFERENCES: the columns of that table, ended by NULL */
	const char *owner;    /* "ada"; may be NULL */
	const char **tags;    /* ended by NULL; NULL: no tags */
	vv_check_row *rows;   /* tests of the rule (lib/check/rule_tests.h) */
	size_t row_count;
	const char *file;
	size_t line; /* from 1 */
	/* offsets of condition, where and groups in their line, in characters */
	size_t condition_at, where_at, groups_at;
} vv_check_rule;

/* Returns the rule's title in reports: its name, its comment, or its text. */
const char *vv_check_rule_title(const vv_check_rule *r);
/* Returns the rule's name, or else its comment. NULL: the rule has neither. */
const char *vv_check_rule_given(const vv_check_rule *r);
/* Returns true if the word is the rule's name, title or full text. */
bool vv_check_rule_is(const vv_check_rule *r, const char *word);

/* Returns true if the rule can have test rows, because it is about rows, changes, keys, counts or
 * sums. Other rules need further tables. */
bool vv_check_rule_takes_rows(const vv_check_rule *r);

typedef struct vv_checks vv_checks;
/* Reads the text of a file. name: the file's name in messages. VV_EINPUT: invalid syntax; the
 * message has file, line and column, and the expected syntax. */
vv_status vv_checks_read(vv_checks **out, const char *text, size_t len, const char *name,
			 vv_error *err);
void vv_checks_free(vv_checks *c); /* accepts NULL */
VV_AUTO_FREE(vv_checks, vv_checks_free)

/* Returns the next rule that applies to a path, starting at the *i-th rule, and moves *i past the
 * returned rule. path NULL: all rules. NULL: no more rules. */
const vv_check_rule *vv_checks_next(const vv_checks *c, const char *path, size_t *i);
/* Returns the i-th pattern of all sections, and sets *line to its line. NULL: no more patterns. */
const char *vv_checks_pattern(const vv_checks *c, size_t i, size_t *line);

#endif
