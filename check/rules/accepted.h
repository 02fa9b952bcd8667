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
#include "dataset/schema/descriptor.h"

/* An entry of "accept". */
typedef struct check_accept {
	const char *const *paths; /* patterns of paths, followed by NULL */
	const vv_rule *rule;      /* the rule whose findings are accepted */
	/* `name` or `expected` of the finding, such as the name or text of a rule of varve.checks;
	 * NULL: any */
	const char *name;
	const char *column; /* NULL: any column, or no column */
	/* key of the row, "id=5", or its text after the first '='; NULL: any */
	const char *key;
	const char *why;   /* the reason as shown in reports, with the day */
	const char *until; /* the last day on which the entry applies; NULL: no such day */
	int64_t end;       /* the end of that day, in seconds since 1970; INT64_MAX: no such day */
} check_accept;

/* The names of the members that an entry can have, followed by NULL. */
extern const char *const check_accept_words[];

/* Reads the entry in node into *out, whose rule the caller has set. The caller has checked the names of
 * node's members. The texts of *out are in d->arena or node. If the entry is invalid, sets d->rc to
 * VV_EINPUT, and *out is undefined. */
void check_accept_read(check_accept *out, vv_descriptor *d, const vv_json *node);

/* Searches count entries for one that accepts the finding `found` of the rule at the path, at the time
 * `now`, in seconds since 1970. Returns its reason (check_accept.why), or NULL if no entry accepts the
 * finding. If found is NULL, returns the reason of the first entry for the rule and the path. */
const char *check_accept_why(const check_accept *list, size_t count, const char *rule,
			     const char *path, const vv_finding *found, int64_t now);

#endif
