/*
 * rules: reads varve.json, a project's requirements on its data (docs/use/rules.md).
 *
 * A correct caller calls vv_rules_file_read; a project without a varve.json has NULL in place of the
 * result. Then, for each dataset (a file that varve stores), it calls vv_rule_set_for, which makes the
 * dataset's rule set: all settings of rules for the dataset. The functions of check.h and
 * check/past/base.h take a rule set.
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
#include "base/hash.h"
#include "check/rules/checks.h"
#include "check/rules/finding.h"

#define VV_RULES_MAX (4u << 20) /* the greatest size of the file, in bytes */
#define VV_BILLION 1000000000u  /* the share 1, in billionths */

/* A bound: a count, or a share in billionths ("5%" is 50,000,000). */
typedef struct vv_bound {
	bool given;     /* false: no bound, and value is not used */
	bool share;     /* value is a share */
	uint64_t value; /* a number of rows or values; if share, billionths */
} vv_bound;

/* One setting of a rule. A rule may have several settings, for different columns and with different
 * bounds. */
typedef struct vv_rule_setting {
	const vv_rule *rule;
	vv_severity severity; /* can be VV_SEVERITY_OFF */
	bool accepted;        /* findings of this setting are intended; set by vv_rule_set_accept */
	/* varve.json or --select has the setting; false: it is the rule's default */
	bool asked;
	/* names of the columns to check, followed by NULL; NULL: all columns that the rule can
	 * check */
	const char *const *columns;
	/* the share, in billionths, of the examined values or rows that must be valid; VV_BILLION:
	 * all */
	uint64_t mostly;
	vv_bound min,          /* the lower bound of the quantity that the rule measures */
		max;           /* the upper bound of this quantity */
	uint64_t max_age;      /* for the rule freshness: the greatest age, in seconds */
	const char *condition; /* for the rule row-constraint: the text of the condition */
	const char *title; /* the name of the setting in reports; NULL: varve.json has no name */
	/* the JSON pointer of the setting in varve.json; NULL: the rule's default */
	const char *where;
} vv_rule_setting;

/* The settings of all rules for one dataset. */
typedef struct vv_rule_set {
	vv_arena arena; /* memory of the settings */
	/* the settings, sorted by rule in the order of vv_rules; each rule has at least one
	 * setting */
	vv_rule_setting *items;
	size_t count; /* the number of settings */
	/* the rules of varve.checks for the path; a severity can be VV_SEVERITY_OFF */
	vv_check_rule *lines;
	size_t line_count;
	const vv_checks *checks; /* all rules of varve.checks, borrowed; NULL: no such file */
} vv_rule_set;

/* The member "onCommit": whether 'varve commit' does not check data, warns about findings, or
 * refuses to commit. */
typedef enum vv_on_commit { VV_ON_COMMIT_OFF, VV_ON_COMMIT_WARN, VV_ON_COMMIT_REFUSE } vv_on_commit;

/* The content of varve.json and varve.checks. */
typedef struct vv_rules_file vv_rules_file;

/* Reads the text of a varve.json, of len bytes. `name` is the name of the file in messages. Checks
 * conditions as far as possible without a schema. VV_EINPUT: the text is not JSON, or has an unknown
 * word or an invalid value; the message has its JSON pointer. The hint has the most similar known word,
 * or all known words. */
vv_status vv_rules_file_read(vv_rules_file **out, const char *json, size_t len, const char *name,
			     vv_error *err);
/* Adds the rules of a varve.checks with this text to *f; they replace those of an earlier call. If *f is
 * NULL, because the project has no varve.json, sets *f to a new file, which the caller frees, also
 * after a failure. */
vv_status vv_rules_file_add(vv_rules_file **f, const char *text, size_t len, const char *name,
			    vv_error *err);
/* Returns VV_SHA256_LEN bytes, borrowed from f: a hash of the texts of varve.json and varve.checks. */
const uint8_t *vv_rules_hash(const vv_rules_file *f);
void vv_rules_file_free(vv_rules_file *f); /* accepts NULL */
VV_AUTO_FREE(vv_rules_file, vv_rules_file_free)

/* The next functions return members of varve.json. f may be NULL. */
vv_on_commit vv_rules_on_commit(const vv_rules_file *f); /* default: VV_ON_COMMIT_OFF */
vv_severity vv_rules_fail_on(const vv_rules_file *f);    /* default: VV_SEVERITY_ERROR */
/* Sets *limit to the member "limit". Returns false if varve.json has no such member. */
bool vv_rules_limit(const vv_rules_file *f, uint64_t *limit);
/* Returns true if varve.json has "check": false for the path. Patterns match paths as in
 * .gitattributes. */
bool vv_rules_left_out(const vv_rules_file *f, const char *path);

/* Returns the reason of the entry of "accept" in varve.json that accepts a finding of the rule at the
 * path. NULL: no entry accepts the finding at the time `now`, in seconds since 1970. An entry with a
 * name, column or key accepts only findings with the same name, column or key. If found is NULL,
 * returns the reason of the first entry for the rule and the path. */
const char *vv_rules_accepted(const vv_rules_file *f, const char *rule, const char *path,
			      const vv_finding *found, int64_t now);
/* Finds the next entry of "accept", from the *i-th on, that has expired at the time `now`. Sets *i to
 * the number of the entry after it, and *out to a text with the entry's JSON pointer, rule, row and
 * reason. Returns false if no further entry has expired. */
bool vv_rules_ended(const vv_rules_file *f, size_t *i, int64_t now, vv_buf *out);

/* Calls vv_checks_next for the rules of varve.checks in f, and returns its result. f may be
 * NULL. */
const vv_check_rule *vv_rules_check(const vv_rules_file *f, const char *path, size_t *i);
/* Returns the i-th pattern for paths; the patterns of "datasets" in varve.json come before those of
 * varve.checks. Sets *where to the pattern's JSON pointer, or its file and line. Returns NULL if i
 * is not below the number of patterns. */
const char *vv_rules_pattern(const vv_rules_file *f, size_t i, vv_buf *where);

/* Initialises *out with all settings for the dataset at path, which is relative to the repository. If f
 * is NULL, all rules have their default settings; otherwise, f must outlive *out. */
vv_status vv_rule_set_for(vv_rule_set *out, const vv_rules_file *f, const char *path,
			  vv_error *err);
void vv_rule_set_clear(vv_rule_set *s);
VV_AUTO_CLEAR(vv_rule_set, vv_rule_set_clear)

/* Returns the first setting of the rule that is not off; NULL: every setting of the rule is off.
 * The rule's other settings follow in items. */
const vv_rule_setting *vv_rule_set_get(const vv_rule_set *s, const char *code);
/* Returns the highest severity among the settings of the rule; VV_SEVERITY_OFF: the rule is not
 * checked. */
vv_severity vv_rule_set_severity(const vv_rule_set *s, const char *code);

/* Returns true if at least one of the rules that the word names is checked. The word has the form
 * of a word of --select. */
bool vv_rule_set_uses(const vv_rule_set *s, const char *word);

/* Marks the settings of a rule as accepted. */
void vv_rule_set_accept(vv_rule_set *s, const char *code);

/* Returns the severity of a finding that the rule *code could not be checked, and sets *code to the rule
 * of this finding. The severity is always VV_SEVERITY_ERROR, so that data that was not checked is never
 * reported as valid. *code is unchanged if the rule has this severity in s, or if s is NULL. Otherwise,
 * it becomes "unchecked". */
vv_severity vv_rule_set_unread(const vv_rule_set *s, const char **code);

/* Turns on the rules that the `count` words in codes select, for --select, and turns off all other
 * rules except "unchecked". A rule that is off by default is turned on, too, unless it requires bounds
 * that varve.json does not have. A word is a rule's code or name, "#tag" or "@owner". VV_EUSAGE: a word
 * selects no rule. */
vv_status vv_rule_set_only(vv_rule_set *s, const char *const *codes, size_t count, vv_error *err);
/* Turns off the rules that the `count` words in codes select, for --skip. The words are those of
 * vv_rule_set_only. VV_EUSAGE: a word selects no rule, or is "unchecked". */
vv_status vv_rule_set_skip(vv_rule_set *s, const char *const *codes, size_t count, vv_error *err);

/* Returns the name of the next member, from the *i-th on, that a setting of the rule can have in
 * varve.json, and sets *i to the number of the member after it. Sets *values to the name of the
 * definition of the member's values in the JSON Schema of varve.json: "columns" has the values
 * "texts", and "maxAge" has "age". Returns NULL if the rule has no further member. */
const char *vv_rule_member(const vv_rule *rule, size_t *i, const char **values);

/* Returns true if the setting applies to the column. */
bool vv_rule_setting_has(const vv_rule_setting *s, const char *column, size_t len);

#endif
