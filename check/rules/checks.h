/*
 * checks: reads varve.checks, the rules of a project as text, one rule per line. docs/use/rules.md
 * describes the language.
 *
 * A correct caller: vv_checks_read once; vv_checks_next for each rule that applies to a path. Here
 * only the syntax of rules is checked; rules are resolved once the columns are known (compile.h,
 * table_rules.c).
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
#define VV_CHECKS_MAX (4u << 20) /* bytes of the file */

typedef enum vv_check_kind {
	VV_CHECK_ROW,    /* a condition for each row; with a pattern, for each matching column */
	VV_CHECK_TABLE,  /* a condition on counts and sums of the table or of each group */
	VV_CHECK_CHANGE, /* a condition for each changed row */
	VV_CHECK_UNIQUE,
	VV_CHECK_REFERENCES,
	VV_CHECK_SELECT /* a query that must return no rows (lib/check/query.h) */
} vv_check_kind;

/* A row below a rule that tests the rule: the rule must accept the row ('+') or report it ('-'). */
typedef struct vv_check_row {
	bool right;
	const char *text; /* "id=1, amount=3"; of a change "id=1, amount=3 -> amount=5" */
	size_t line;
} vv_check_row;

typedef struct vv_check_rule {
	vv_check_kind kind;
	const vv_rule *rule; /* the rule of its findings */
	vv_severity severity;
	const char *text; /* from the file, without the name before and the words after the rule */
	const char *name; /* the name before the rule; may be NULL */
	const char *why;  /* the comment after the rule; may be NULL */
	const char *condition; /* ROW, TABLE, CHANGE: the condition; SELECT: the query */
	/* condition for the rows that the rule applies to; NULL: all rows. For a ROW this is part
	 * of the condition */
	const char *where;
	const char **groups;  /* group by: expressions, ended by NULL; or NULL */
	const char *pattern;  /* ROW: pattern of the columns that 'value' stands for; may be NULL */
	const char **columns; /* UNIQUE, REFERENCES; ended by NULL */
	const char *target;   /* REFERENCES: a table, */
	const char **targets; /* and its columns */
	const char *owner;    /* "ada"; or NULL */
	const char **tags;    /* ended by NULL; or NULL */
	vv_check_row *rows;   /* lib/check/rule_tests.h */
	size_t row_count;
	const char *file;
	size_t line;                              /* from 1 */
	size_t condition_at, where_at, groups_at; /* characters of the line before them */
} vv_check_rule;

/* Returns the rule's title in reports: its name, its comment, or its text. */
const char *vv_check_rule_title(const vv_check_rule *r);
/* Returns the rule's name or comment; NULL: the rule has neither. */
const char *vv_check_rule_given(const vv_check_rule *r);
/* Does the word name the rule: is it the rule's name, title or full text? */
bool vv_check_rule_is(const vv_check_rule *r, const char *word);

/* Can the rule have test rows: is it about rows, changes, keys, counts or sums? Other rules need
 * further tables. */
bool vv_check_rule_takes_rows(const vv_check_rule *r);

typedef struct vv_checks vv_checks;
/* Reads the text of a file. name: for messages. VV_EINPUT: invalid syntax; the message has file,
 * line and column, and the expected syntax. */
vv_status vv_checks_read(vv_checks **out, const char *text, size_t len, const char *name,
			 vv_error *err);
void vv_checks_free(vv_checks *c); /* accepts NULL */
VV_AUTO_FREE(vv_checks, vv_checks_free)

/* Returns the next rule, from the *i-th on, that applies to a path, and moves *i past it; NULL: no
 * more rules. path NULL: all rules. */
const vv_check_rule *vv_checks_next(const vv_checks *c, const char *path, size_t *i);
/* Returns the i-th pattern of all sections, and sets *line to its line; NULL: no more patterns. */
const char *vv_checks_pattern(const vv_checks *c, size_t i, size_t *line);

#endif
