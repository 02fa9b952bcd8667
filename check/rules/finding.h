/*
 * finding: one fault found by a check.
 *
 * Rule codes are those of frictionless if it has one ("type-error", "primary-key",
 * "missing-cell" ...: frictionless-py, frictionless/errors); the others are varve's own and are in
 * docs/use/rules.md. vv_rule_find finds them all.
 */
#ifndef VV_CHECK_RULES_FINDING_H
#define VV_CHECK_RULES_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef enum vv_severity {
	VV_SEVERITY_OFF, /* the rule is not looked at */
	VV_SEVERITY_WARNING,
	VV_SEVERITY_ERROR
} vv_severity;

/* Borrowed: valid during the callback. Texts except `value` and `key` are one line of ours; `value`
 * and `key` are data: any bytes, which the displaying code must escape. */
typedef struct vv_finding {
	const char *rule;     /* the code */
	vv_severity severity; /* never OFF */
	const char *path;     /* the dataset, repository-relative (or the file's name) */
	const char *commit;   /* 40 digits, if a range is checked; else NULL */
	uint64_t line;        /* in the file, from 1, where the row begins; 0: none */
	uint64_t row;         /* of the data, from 1; 0: about the whole table or a column */
	const char *key;      /* the row's key, "id=5, day=2024-01-01", or NULL */
	size_t key_len;
	const char *name;   /* of the rule of varve.checks, or its text; else NULL */
	const char *column; /* NULL: about the row or the table */
	const char *value;  /* the offending text, whole, or NULL */
	size_t value_len;
	const char *message; /* the fault: "is not an integer" */
	/* the likely meaning of the value: "2024-01-01 as Excel's number"; NULL */
	const char *probably;
	/* the expectation: "an integer, as the parent version has them"; NULL */
	const char *expected;
	/* what accepts the value: a command, or a member of the description; NULL */
	const char *intended;
	bool unread;          /* the rule could not be looked at: a column that is not there */
	bool known;           /* --new-only: the base has it too */
	const char *accepted; /* why it is accepted; NULL: it is not */
} vv_finding;

typedef vv_status (*vv_finding_fn)(void *payload, const vv_finding *f, vv_error *err);

/* The members that a rule's setting may have beside its severity. */
enum {
	VV_RULE_COLUMNS = 1,
	VV_RULE_MOSTLY = 2,
	VV_RULE_MIN = 4,
	VV_RULE_MAX = 8,    /* a count or a share */
	VV_RULE_SHARE = 16, /* max is a number such as 0.2 */
	/* min and max are counts: there is nothing of which they could be a share */
	VV_RULE_COUNT = 32,
	VV_RULE_AGE = 64,
	VV_RULE_CONDITION = 128,
	VV_RULE_NEEDS_BOUND = 256, /* nothing can be looked at without one of these */
	VV_RULE_NEEDS_COLUMNS = 512,
	VV_RULE_WRITTEN = 1024 /* checks conditions that a project wrote */
};

typedef struct vv_rule {
	const char *code;
	const char *title;      /* "Cell of another type" */
	const char *what;       /* one sentence for a report's rule list */
	vv_severity by_default; /* OFF: only if varve.json enables it */
	bool of_base;           /* compares with a base version */
	unsigned takes;         /* VV_RULE_... */
	const char *reads;      /* of a rule of check/past: what of both versions; else NULL */
} vv_rule;

/* Has the rule nothing to look at without bounds, a condition or columns of its own? */
bool vv_rule_needs_bounds(const vv_rule *rule);

/* Does the rule check conditions that a project wrote? Two of them are as different as two rules. */
bool vv_rule_is_written(const char *code);

/* A failed check: always an error, regardless of settings. */
#define VV_RULE_UNCHECKED "unchecked"

/* All rules, sorted by code; ended by a NULL code. */
extern const vv_rule vv_rules[];
const vv_rule *vv_rule_find(const char *code); /* NULL: no such rule */
/* The code most like the word, for messages; NULL when none is near. */
const char *vv_rule_nearest(const char *word);

#endif
