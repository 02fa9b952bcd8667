/*
 * rules: varve.json, a project's requirements on its data; docs/use/rules.md describes it.
 *
 * A correct caller: vv_rules_file_read; without a varve.json, NULL stands for an empty file. Then vv_rule_set_for for
 * each dataset, which lists all checks of the dataset with their severities. check.h and check/past/base.h use the list
 * unchanged.
 */
#ifndef VV_CHECK_RULES_RULES_H
#define VV_CHECK_RULES_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "check/rules/checks.h"
#include "check/rules/finding.h"
#include "dataset/schema/declared.h"

#define VV_RULES_MAX (4u << 20) /* bytes of the file */
#define VV_BILLION 1000000000u

/* A bound: a count, or a share in billionths ("5%" is 50,000,000). */
typedef struct vv_bound {
	bool given;     /* false: no bound, and value is not used */
	bool share;     /* value is a share */
	uint64_t value; /* rows or values; of a share, billionths */
} vv_bound;

/* One thing to check. A rule may have several (for other columns, with other bounds). */
typedef struct vv_rule_setting {
	const vv_rule *rule;
	vv_severity severity; /* can be VV_SEVERITY_OFF */
	bool accepted;        /* findings of this setting are intended; set by vv_rule_set_accept */
	bool asked;           /* enabled by varve.json (or --select); false: the rule's default */
	const char *const
		*columns; /* names, ended by NULL; NULL: all columns that the rule can examine */
	/* the share, in billionths, of the examined values or rows that must be valid; VV_BILLION: all */
	uint64_t mostly;
	vv_bound min, max;     /* the bounds of the quantity that the rule measures */
	uint64_t max_age;      /* of the rule freshness: seconds */
	const char *condition; /* of the rule row-constraint: the condition's text */
	const char *title; /* the name of the setting in reports; NULL: varve.json gives no name */
	/* the JSON pointer of the setting in varve.json; NULL: the rule's default */
	const char *where;
} vv_rule_setting;

typedef struct vv_rule_set {
	vv_arena arena;
	vv_rule_setting *items; /* by rule, in the order of vv_rules; each rule has at least one */
	size_t count;           /* of items */
	/* the rules of varve.checks for the path; a severity can be VV_SEVERITY_OFF */
	vv_check_rule *lines;
	size_t line_count;
	const vv_checks *checks; /* all rules of varve.checks, borrowed; NULL: no such file */
} vv_rule_set;

typedef enum vv_on_commit { VV_ON_COMMIT_OFF, VV_ON_COMMIT_WARN, VV_ON_COMMIT_REFUSE } vv_on_commit;

typedef struct vv_rules_file vv_rules_file;

/* Reads varve.json. Messages call the file by `name`. Checks conditions as far as possible without a schema. VV_EINPUT:
 * the text is not JSON, or has an unknown word; the message has the word's JSON pointer, and its hint the nearest known
 * word. */
vv_status vv_rules_file_read(vv_rules_file **out, const char *json, size_t len, const char *name,
			     vv_error *err);
/* Adds the rules of varve.checks (text) to *f. If *f is NULL, since the project has no varve.json, it becomes a new
 * file. */
vv_status vv_rules_file_add(vv_rules_file **f, const char *text, size_t len, const char *name,
			    vv_error *err);
void vv_rules_file_free(vv_rules_file *f); /* accepts NULL */
VV_AUTO_FREE(vv_rules_file, vv_rules_file_free)

vv_on_commit vv_rules_on_commit(const vv_rules_file *f);      /* default: VV_ON_COMMIT_OFF */
vv_severity vv_rules_fail_on(const vv_rules_file *f);         /* default: VV_SEVERITY_ERROR */
bool vv_rules_limit(const vv_rules_file *f, uint64_t *limit); /* false: varve.json sets no limit */
/* Does varve.json have "check": false for the path? Its patterns match as in .gitattributes. */
bool vv_rules_left_out(const vv_rules_file *f, const char *path);

/* The reason why a finding of the rule at the path is accepted at the time `now`, from "accept" in varve.json; NULL: it
 * is not accepted. An entry of "accept" with a column or key accepts only findings with the same column or key. found
 * NULL: any entry for the rule and the path counts. */
const char *vv_rules_accepted(const vv_rules_file *f, const char *rule, const char *path,
			      const vv_finding *found, int64_t now);
/* Finds the next entry of "accept", from the *i-th on, that has ended at the time `now`, and moves *i past it. *out
 * becomes a text with the entry's JSON pointer, its rule and row, and its reason. False: no further entry has ended. */
bool vv_rules_ended(const vv_rules_file *f, size_t *i, int64_t now, vv_buf *out);

/* vv_checks_next for the rules of varve.checks in f. f may be NULL. */
const vv_check_rule *vv_rules_check(const vv_rules_file *f, const char *path, size_t *i);
/* The i-th pattern for paths, first of "datasets" in varve.json, then of varve.checks. *where becomes the pattern's JSON
 * pointer, or its file and line. NULL: no such pattern. */
const char *vv_rules_pattern(const vv_rules_file *f, size_t i, vv_buf *where);

/* Initialises *out with all settings for the dataset at path, which is relative to the repository. f may be NULL; else it
 * must outlive *out. */
vv_status vv_rule_set_for(vv_rule_set *out, const vv_rules_file *f, const char *path,
			  vv_error *err);
void vv_rule_set_clear(vv_rule_set *s);
VV_AUTO_CLEAR(vv_rule_set, vv_rule_set_clear)

/* The first setting of the rule that is not off; NULL: every setting of the rule is off. The rule's further settings
 * follow it in items. */
const vv_rule_setting *vv_rule_set_get(const vv_rule_set *s, const char *code);
/* The highest severity among the settings of the rule; VV_SEVERITY_OFF: the rule is not checked. */
vv_severity vv_rule_set_severity(const vv_rule_set *s, const char *code);

/* Is any rule checked that the word, as --select takes it, names? */
bool vv_rule_set_uses(const vv_rule_set *s, const char *word);

/* Marks the settings of a rule as accepted. */
void vv_rule_set_accept(vv_rule_set *s, const char *code);

/* For a check of the rule *code that could not run: returns VV_SEVERITY_ERROR, and sets *code to "unchecked" unless the
 * rule itself has that severity in s. So data that was not checked is never reported as valid. s may be NULL. */
vv_severity vv_rule_set_unread(const vv_rule_set *s, const char **code);

/* vv_rule_set_only, for --select: turns on the rules that the words in codes name, even rules that are off by default,
 * but no rule without the bounds that it requires; turns off all other rules but "unchecked". vv_rule_set_skip, for
 * --skip: turns off the named rules. A word is a rule's code or name, "#tag" or "@owner". VV_EUSAGE: a word names no
 * rule (the message has the nearest word), or --skip names "unchecked". */
vv_status vv_rule_set_only(vv_rule_set *s, const char *const *codes, size_t count, vv_error *err);
vv_status vv_rule_set_skip(vv_rule_set *s, const char *const *codes, size_t count, vv_error *err);

/* The name of the next member, from the *i-th on, that a setting of the rule can have in varve.json; moves *i past it.
 * *values becomes the name of the member's values in the JSON Schema of varve.json. NULL: no further member. */
const char *vv_rule_member(const vv_rule *rule, size_t *i, const char **values);

/* Does the setting apply to the column? */
bool vv_rule_setting_has(const vv_rule_setting *s, const char *column, size_t len);

#endif
