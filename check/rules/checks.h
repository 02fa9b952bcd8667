/*
 * checks: reads varve.checks, the rules of a project as text, one rule per line. docs/use/rules.md
 * describes the language.
 *
 * A correct caller calls vv_checks_read once, and vv_checks_next for each rule that applies to a path.
 * These functions check only the syntax of rules. The names of columns in rules are resolved later,
 * when the columns are known (compile.h, table_rules.c).
 */
#ifndef VV_CHECK_RULES_CHECKS_H
#define VV_CHECK_RULES_CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "check/rules/finding.h"

#define VV_CHECKS_NAME "varve.checks" /* name of the file */
#define VV_CHECKS_MAX (4u << 20)      /* maximum bytes of the file */

/* The kind of a rule. */
typedef enum vv_check_kind {
	VV_CHECK_ROW,    /* a condition for each row; with a pattern, for each matching column */
	VV_CHECK_TABLE,  /* a condition on counts and sums of the table or of each group */
	VV_CHECK_CHANGE, /* a condition for each changed row, or on the share of rows that meet it */
	VV_CHECK_UNIQUE,     /* columns whose values together must be unique */
	VV_CHECK_REFERENCES, /* columns whose values another table must have: a foreign key */
	VV_CHECK_SELECT      /* a query that must return no rows (lib/check/query.h) */
} vv_check_kind;

/* A test row: a line below a rule with a row that the rule must accept ('+') or report ('-'). */
typedef struct vv_check_row {
	bool right; /* true: the rule must accept the row; false: the rule must report it */
	/* the row, such as "id=1, amount=3"; for a change, such as "id=1, amount=3 -> amount=5" */
	const char *text;
	size_t line; /* number of the line, from 1 */
} vv_check_row;

/* A rule. The texts are owned by the vv_checks. A line with several bounds ("a <= 1, <= 2 warn") gives
 * one rule for each bound. */
typedef struct vv_check_rule {
	vv_check_kind kind;
	const vv_rule *rule; /* the rule to which its findings belong */
	vv_severity severity;
	/* text of the rule in the file, without its name, severity, owner, tags and comment; in a line
	 * with several bounds, the condition with this bound */
	const char *text;
	const char *name; /* the name before the rule; may be NULL */
	/* the comment after the rule, which gives the reason for it; may be NULL */
	const char *why;
	const char *condition; /* ROW, TABLE, CHANGE: the condition; SELECT: the query */
	/* the condition after "where", which selects the rows to which the rule applies; NULL: all
	 * rows. In a ROW rule, `condition` already has it: "CONDITION or not (WHERE)" */
	const char *where;
	/* expressions after "group by", ended by NULL; NULL: no groups */
	const char **groups;
	/* ROW: pattern for names of columns; 'value' means each matching column; may be NULL */
	const char *pattern;
	/* CHANGE: share(CONDITION) <= most: of the rows that both versions have, at most this share, in
	 * billionths, may meet the condition; else every changed row must meet it */
	bool is_share;
	/* share(old.* <> new.*): of the base's rows, at most `most` may be changed or gone; the
	 * condition is not compiled */
	bool is_whole;
	/* share(new.* = older.*): of the rows that differ from the base, at most `most` may be gone
	 * again in a comparison with an older version; the condition is not compiled */
	bool is_older;
	uint64_t most;
	const char **columns; /* UNIQUE, REFERENCES: ended by NULL */
	const char *target;   /* REFERENCES: the referenced table */
	const char **targets; /* REFERENCES: the columns of that table, ended by NULL */
	const char *owner;    /* the owner's name ("@ada"), without '@'; may be NULL */
	const char **tags;    /* the tags, followed by NULL; NULL: no tags */
	/* test rows of the rule (lib/check/rule_tests.h); in a line with several bounds, only the rule
	 * of the last bound has them */
	vv_check_row *rows;
	size_t row_count;
	const char *file; /* name of the file, for messages */
	size_t line;      /* number of the rule's line, from 1 */
	/* offsets in the rule's line, in characters: */
	size_t condition_at, /* of `condition` */
		where_at,    /* of `where` */
		groups_at;   /* of `groups` */
} vv_check_rule;

/* Returns the rule's title in reports: its name, its comment, or its text. */
const char *vv_check_rule_title(const vv_check_rule *r);
/* Returns the rule's name, or else its comment. NULL: the rule has neither. */
const char *vv_check_rule_given(const vv_check_rule *r);
/* Returns true if the word is the rule's name, title or full text. */
bool vv_check_rule_is(const vv_check_rule *r, const char *word);

/* Returns true if the rule can have test rows. A REFERENCES or SELECT rule cannot, because it needs
 * other tables, nor can a rule on a share of rows, because it needs all of them. */
bool vv_check_rule_takes_rows(const vv_check_rule *r);

/* All rules of a file. */
typedef struct vv_checks vv_checks;
/* Reads the text of a varve.checks. name: the file's name, for messages. VV_EINPUT: the syntax is
 * invalid, and the message has file, line and column, and the expected syntax; two lines of
 * one section have the same rule name (rules of different sections, and the rules of a line with
 * several bounds, may share a name); or the text has a NUL, is not UTF-8 or is too large. */
vv_status vv_checks_read(vv_checks **out, const char *text, size_t len, const char *name,
			 vv_error *err);
void vv_checks_free(vv_checks *c); /* accepts NULL */
VV_AUTO_FREE(vv_checks, vv_checks_free)

/* Returns the next rule that applies to a path, and sets *i to the index after this rule. The search
 * begins at the rule with index *i. If path is NULL, every rule applies. Returns NULL if no further
 * rule applies, or if c is NULL. */
const vv_check_rule *vv_checks_next(const vv_checks *c, const char *path, size_t *i);
/* Returns the pattern with index i among the patterns of all sections, and sets *line to its line.
 * Returns NULL if i is not below their number. */
const char *vv_checks_pattern(const vv_checks *c, size_t i, size_t *line);

#endif
