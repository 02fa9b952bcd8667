/*
 * accepted: the findings that a project accepts ("accept" in varve.json). An entry accepts the
 * findings of one rule at some paths, optionally only for one row and until a day.
 */
#ifndef VV_CHECK_RULES_ACCEPTED_H
#define VV_CHECK_RULES_ACCEPTED_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/json/json.h"
#include "check/rules/finding.h"

typedef struct check_accept {
	const char *const *paths; /* patterns, NULL-ended */
	const vv_rule *rule;
	const char *name;   /* name of a rule of varve.checks; NULL: any */
	const char *column; /* NULL: any column, or no column */
	/* key of the row: "id=5", or the value of a key with one column; NULL: any */
	const char *key;
	const char *why;   /* the reason as shown in reports, with the day */
	const char *until; /* the last day; NULL: no end */
	int64_t end;       /* the end of that day, seconds since 1970; INT64_MAX: no end */
} check_accept;

/* The names of an entry's possible members, NULL-ended. */
extern const char *const check_accept_words[];

/* Reads an entry whose members and rule are known. The texts of *out are in arena or node.
 * VV_EINPUT: an invalid entry. */
vv_status check_accept_read(check_accept *out, vv_arena *arena, const vv_json *node,
			    const vv_rule *rule, const char *file, vv_error *err);

/* Returns the reason why a finding of the rule is accepted at the time `now`. NULL: the finding is
 * not accepted. If `found` is NULL, any finding of the rule at the path matches. */
const char *check_accept_why(const check_accept *list, size_t count, const char *rule,
			     const char *path, const vv_finding *found, int64_t now);

#endif
