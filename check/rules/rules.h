/*
 * rules: varve.json, a project's requirements on its data; docs/use/rules.md describes it.
 *
 * A correct caller: vv_rules_file_read (or none: NULL stands for an empty file), then
 * vv_rule_set_for each dataset: the complete list of checks there with their severities. check.h
 * and check/past/base.h use that list unchanged.
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
	bool given;
	bool share;
	uint64_t value;
} vv_bound;

/* One thing to check. A rule may have several (for other columns, with other bounds). */
typedef struct vv_rule_setting {
	const vv_rule *rule;
	vv_severity severity; /* may be OFF */
	bool accepted; /* its findings here are intended (set by the caller of vv_rule_set_for) */
	bool asked;    /* enabled by varve.json (or --select); false: the rule's default */
	const char *const *columns; /* NULL-ended names; NULL: all that the rule can look at */
	uint64_t mostly; /* billionths of the examined values (rows) that must be valid; VV_BILLION:
	                             * all */
	vv_bound min, max;     /* their meaning depends on the rule */
	uint64_t max_age;      /* freshness: seconds */
	const char *condition; /* row-constraint: its text */
	const char *title;     /* what reports are to call it; NULL: nothing given */
	const char *where;     /* the JSON pointer in varve.json; NULL for a default */
} vv_rule_setting;

typedef struct vv_rule_set {
	vv_arena arena;
	vv_rule_setting *items; /* by rule, in the order of vv_rules; each rule has at least one */
	size_t count;
	vv_check_rule *lines; /* of varve.checks; severity may be OFF */
	size_t line_count;
	const vv_checks *checks; /* of which these are those for the path; or NULL */
} vv_rule_set;

typedef enum vv_on_commit { VV_ON_COMMIT_OFF, VV_ON_COMMIT_WARN, VV_ON_COMMIT_REFUSE } vv_on_commit;

typedef struct vv_rules_file vv_rules_file;

/* Reads varve.json. name is for messages. VV_EINPUT: not JSON, or an unknown word, with its JSON
 * pointer, and the nearest known one as hint. Conditions are checked as far as possible without a
 * schema. */
vv_status vv_rules_file_read(vv_rules_file **out, const char *json, size_t len, const char *name,
			     vv_error *err);
/* Adds the rules of varve.checks, which apply in addition; *f NULL: no varve.json. */
vv_status vv_rules_file_add(vv_rules_file **f, const char *text, size_t len, const char *name,
			    vv_error *err);
void vv_rules_file_free(vv_rules_file *f); /* accepts NULL */
VV_AUTO_FREE(vv_rules_file, vv_rules_file_free)

vv_on_commit vv_rules_on_commit(const vv_rules_file *f);      /* OFF by default */
vv_severity vv_rules_fail_on(const vv_rules_file *f);         /* ERROR by default */
bool vv_rules_limit(const vv_rules_file *f, uint64_t *limit); /* false: not set */
/* "check": false for the path: is it to be left out? Patterns match as in .gitattributes. */
bool vv_rules_left_out(const vv_rules_file *f, const char *path);

/* Why a break of the rule at the path is intended ("accept"); NULL: it is not. found: the finding, whose column must be
 * the entry's where that has one; NULL: any entry of the rule counts. */
const char *vv_rules_accepted(const vv_rules_file *f, const char *rule, const char *path,
			      const vv_finding *found, int64_t now);
/* The entry of "accept" at or after *i (which is moved) that ended before now: its place, its findings and reason, in
 * *out; false at the end. */
bool vv_rules_ended(const vv_rules_file *f, size_t *i, int64_t now, vv_buf *out);

/* As vv_checks_next, of its varve.checks; f may be NULL. */
const vv_check_rule *vv_rules_check(const vv_rules_file *f, const char *path, size_t *i);
/* The i-th pattern of all `datasets`, and its JSON pointer in *where, or of varve.checks, and its file and line (in the
 * caller's buffer); NULL at the end. */
const char *vv_rules_pattern(const vv_rules_file *f, size_t i, vv_buf *where);

/* All settings for the dataset at a repository-relative path. f may be NULL; else it must
 * outlive out, which is initialised by the call. */
vv_status vv_rule_set_for(vv_rule_set *out, const vv_rules_file *f, const char *path,
			  vv_error *err);
void vv_rule_set_clear(vv_rule_set *s);
VV_AUTO_CLEAR(vv_rule_set, vv_rule_set_clear)

/* The first setting of a rule that is not off; NULL: none. Walk on while items[i].rule is the same. */
const vv_rule_setting *vv_rule_set_get(const vv_rule_set *s, const char *code);
/* How severe, the highest of its settings; OFF when it is not looked at. */
vv_severity vv_rule_set_severity(const vv_rule_set *s, const char *code);

/* Is anything looked at that the word of --select names? */
bool vv_rule_set_uses(const vv_rule_set *s, const char *word);

/* Marks the settings of a rule as accepted. */
void vv_rule_set_accept(vv_rule_set *s, const char *code);

/* The severity of a finding about a failed check of the rule *code, which is always ERROR. If the
 * settings have that rule as less, *code becomes "unchecked", so that a failed check is reported,
 * and never valid. s may be NULL. */
vv_severity vv_rule_set_unread(const vv_rule_set *s, const char **code);

/* --select: turns all others off, and the named ones on, even if off by default, unless they lack required bounds. --skip:
 * turns the named ones off. "unchecked" is unchanged. A word is a rule's code or name, "#tag" or "@owner". VV_EUSAGE: no
 * such rule, with the nearest; or --skip unchecked. */
vv_status vv_rule_set_only(vv_rule_set *s, const char *const *codes, size_t count, vv_error *err);
vv_status vv_rule_set_skip(vv_rule_set *s, const char *const *codes, size_t count, vv_error *err);

/* The next member at or after *i (which is moved) that a setting of the rule may have; *values: the name of its values
 * in the JSON Schema of varve.json. NULL at the end. */
const char *vv_rule_member(const vv_rule *rule, size_t *i, const char **values);

/* Does the setting look at the column? */
bool vv_rule_setting_has(const vv_rule_setting *s, const char *column, size_t len);

#endif
