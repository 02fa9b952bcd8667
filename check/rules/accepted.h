/*
 * accepted: findings that a project accepts ("accept" in varve.json): of a rule, at a path, perhaps only of one row and
 * until a day.
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
	const char *name;   /* of a rule of varve.checks; NULL: any */
	const char *column; /* NULL: any, or none */
	const char *key;    /* of the row: "id=5", or the value of a key of one column; NULL: any */
	const char *why;    /* as reports have it, with the day */
	const char *until;  /* the last day; NULL: for ever */
	int64_t end;        /* seconds since 1970, after that day; INT64_MAX */
} check_accept;

/* Members of an entry, for want of others. */
extern const char *const check_accept_words[];

/* Reads an entry whose members and rule are known. Texts live in arena, or the node. VV_EINPUT. */
vv_status check_accept_read(check_accept *out, vv_arena *arena, const vv_json *node,
			    const vv_rule *rule, const char *file, vv_error *err);

/* Why a finding is accepted at a time; NULL: it is not. found NULL: anything that the rule may find. */
const char *check_accept_why(const check_accept *list, size_t count, const char *rule,
			     const char *path, const vv_finding *found, int64_t now);

#endif
