/*
 * finding: one fault found by a check.
 *
 * Rules that frictionless also has use its codes, such as "type-error", "primary-key" or
 * "missing-cell" (frictionless-py, frictionless/errors). The other codes are varve's own;
 * docs/use/rules.md lists them.
 */
#ifndef VV_CHECK_RULES_FINDING_H
#define VV_CHECK_RULES_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* How serious the findings of a rule are. */
typedef enum vv_severity {
	VV_SEVERITY_OFF, /* the rule is not checked */
	VV_SEVERITY_WARNING,
	VV_SEVERITY_ERROR
} vv_severity;

/* A finding, borrowed during the callback. All texts except rule and commit can contain data or texts
 * of the project, and must be escaped for display. path, name and column may contain any
 * characters, also line ends; value and key, any bytes. */
typedef struct vv_finding {
	const char *rule;     /* the rule's code */
	vv_severity severity; /* never OFF */
	const char *path;     /* the dataset, relative to the repository, or the file's name */
	const char *commit;   /* 40 digits if a range of commits is checked; else NULL */
	uint64_t line;        /* number, from 1, of the line at which the row begins; 0: unknown */
	/* row of the data, from 1; 0: the finding is about the table or a column */
	uint64_t row;
	const char *key; /* the row's key, "id=5, day=2024-01-01"; may be NULL */
	size_t key_len;
	/* name, comment or text of a rule of varve.checks, or the title of a condition of varve.json;
	 * NULL: the rule is built in, or has no name */
	const char *name;
	const char *column; /* NULL: the finding is about the row or the table */
	const char *value;  /* the full invalid text; may be NULL */
	size_t value_len;
	const char *message; /* the fault, such as "is not an integer" */
	/* the likely meaning of the value, such as "2024-01-01 as Excel's number"; may be NULL */
	const char *probably;
	/* the expected values, such as "an integer, as in the parent version"; may be NULL */
	const char *expected;
	/* how to accept the value: a command, or a member of the schema descriptor; may be NULL */
	const char *intended;
	bool unread; /* the rule could not be checked, for example because a column is missing */
	bool known;  /* with --new-only: the base version has the same finding */
	const char *accepted; /* the reason why the finding is accepted; NULL: it is not accepted */
} vv_finding;

/* Receives a finding. A negative result ends the check. */
typedef vv_status (*vv_finding_fn)(void *payload, const vv_finding *f, vv_error *err);

/* The members that a setting of a rule can have besides its severity. */
enum {
	VV_RULE_COLUMNS = 1, /* columns */
	VV_RULE_MOSTLY = 2,  /* mostly */
	VV_RULE_MIN = 4,     /* min, a count or a share */
	VV_RULE_MAX = 8,     /* max, a count or a share */
	VV_RULE_SHARE = 16,  /* max, always a share, such as 0.2 */
	/* min and max are always counts, not shares */
	VV_RULE_COUNT = 32,
	VV_RULE_AGE = 64,            /* maxAge */
	VV_RULE_CONDITION = 128,     /* condition */
	VV_RULE_NEEDS_BOUND = 256,   /* the rule cannot be checked without a bound or condition */
	VV_RULE_NEEDS_COLUMNS = 512, /* the rule cannot be checked without columns */
	VV_RULE_WRITTEN = 1024       /* the rule checks conditions that a project wrote */
};

/* A rule. */
typedef struct vv_rule {
	const char *code;  /* such as "type-error" */
	const char *title; /* such as "Cell of another type" */
	const char *what;  /* one sentence for the list of rules in a report */
	/* severity without a setting; VV_SEVERITY_OFF: varve.json must enable the rule */
	vv_severity by_default;
	bool of_base;   /* the rule compares with a base version */
	unsigned takes; /* VV_RULE_... bits of the members that a setting of the rule can have */
	/* for users: the data that the rule reads from both versions; NULL: it is not reported, also
	 * for some rules that compare versions */
	const char *reads;
} vv_rule;

/* Returns true if the rule needs a setting with bounds, a condition or columns. */
bool vv_rule_needs_bounds(const vv_rule *rule);

/* Returns true if the rule with this code checks conditions that a project wrote. In a report, each of
 * these conditions counts as a rule of its own. */
bool vv_rule_is_written(const char *code);

/* The code of the rule for checks that could not run. Its findings are errors, whatever the settings. */
#define VV_RULE_UNCHECKED "unchecked"

/* All rules. The code of the last element is NULL. */
extern const vv_rule vv_rules[];
/* Returns the rule with this code, or NULL if no rule has it. */
const vv_rule *vv_rule_find(const char *code);
/* Returns the code that is most similar to the word, for messages. NULL: no code is similar. */
const char *vv_rule_nearest(const char *word);

#endif
