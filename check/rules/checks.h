/*
 * checks: varve.checks, the rules of a project as text, one on a line. docs/use/rules.md describes the language.
 *
 * A correct caller: vv_checks_read once; vv_checks_next for each rule that applies to a path. A rule is resolved when
 * its columns are known (compile.h, table_rules.c): here only its syntax is checked.
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
	VV_CHECK_ROW,    /* of each row; in another column each time if there is a pattern */
	VV_CHECK_TABLE,  /* of counts and sums, of the table or of each group */
	VV_CHECK_CHANGE, /* of each row that changed */
	VV_CHECK_UNIQUE,
	VV_CHECK_REFERENCES,
	VV_CHECK_SELECT /* rows of a query, which none is to return: lib/check/query.h */
} vv_check_kind;

/* A row under a rule that tests it: the rule must pass it ('+'), or find it ('-'). */
typedef struct vv_check_row {
	bool right;
	const char *text; /* "id=1, amount=3"; of a change "id=1, amount=3 -> amount=5" */
	size_t line;
} vv_check_row;

typedef struct vv_check_rule {
	vv_check_kind kind;
	const vv_rule *rule; /* of its findings */
	vv_severity severity;
	const char *text;      /* from the file, without name and words at its end */
	const char *name;      /* in front of it; or NULL */
	const char *why;       /* the comment after it; or NULL */
	const char *condition; /* ROW, TABLE, CHANGE: the condition; SELECT: the query */
	const char *where;    /* the rows that it applies to; NULL: all. For a ROW it is part of the
		        * condition */
	const char **groups;  /* group by: expressions, ended by NULL; or NULL */
	const char *pattern;  /* ROW: of the columns that 'value' is; or NULL */
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

/* The rule's title in reports: its name, its comment, or the rule. */
const char *vv_check_rule_title(const vv_check_rule *r);
/* Its name, or its comment; NULL: it has neither. */
const char *vv_check_rule_given(const vv_check_rule *r);
/* Is it a user's word for the rule: its name, its title, or all of it? */
bool vv_check_rule_is(const vv_check_rule *r, const char *word);

/* May it have rows: is it about rows, changes, keys, counts or sums? Others need further tables. */
bool vv_check_rule_takes_rows(const vv_check_rule *r);

typedef struct vv_checks vv_checks;
/* name is for messages. VV_EINPUT: file, line and column of the fault, and the expected syntax. */
vv_status vv_checks_read(vv_checks **out, const char *text, size_t len, const char *name,
			 vv_error *err);
void vv_checks_free(vv_checks *c); /* accepts NULL */
VV_AUTO_FREE(vv_checks, vv_checks_free)

/* The next rule after the i-th (*i is moved) that applies to a path; NULL at the end. path NULL: all
 * rules. */
const vv_check_rule *vv_checks_next(const vv_checks *c, const char *path, size_t *i);
/* The i-th pattern of all sections, and its line; NULL at the end. */
const char *vv_checks_pattern(const vv_checks *c, size_t i, size_t *line);

#endif
