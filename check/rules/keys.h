/*
 * keys: checks that keys are unique. Private to check/rules.
 *
 * A correct caller calls check_keys_open. For each group for which check_keys_wants is true, it calls
 * check_keys_group, on any thread, and check_keys_take with the result, on one thread at a time. Then
 * it calls check_keys_compare. If this returns 0, the caller reads the groups that are wanted now, and
 * calls it again. Last, it calls check_keys_finish and check_keys_close.
 */
#ifndef VV_CHECK_RULES_KEYS_H
#define VV_CHECK_RULES_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "check/rules/emit.h"

/* In this header, k is the index of a key in the plan, and i that of a group in r->groups. */

/* The data of some groups for a key. */
typedef struct check_key_part {
	vv_buf entries; /* the entries of the groups' rows (check/kept/key_run.h) */
	vv_buf spans;   /* the bounds of the groups (check/kept/key_bounds.h) */
} check_key_part;

/* Sets r->keys, and loads the cached data of each key. Call check_keys_close after a failure, too.
 * VV_EREFUSED: the table has more than CHECK_GROUP_MASK row groups. */
vv_status check_keys_open(check_run *r, vv_error *err);
void check_keys_close(check_run *r);
/* Returns true if group i must still be read for key k. */
bool check_keys_wants(const check_run *r, size_t k, size_t i);
/* Appends the data of the group i, which is loaded as g, to out. */
vv_status check_keys_group(check_run *r, check_worker *w, size_t k, size_t i, const check_group *g,
			   check_key_part *out, vv_error *err);
/* Adds the data of groups to key k. */
vv_status check_keys_take(check_run *r, size_t k, const check_key_part *part, vv_error *err);
/* Finds repeated hashes, and caches the entries or the bounds. Returns 1 on success, or a negative
 * status. Returns 0 if the cached data of a key was damaged or could not be used, and was dropped.
 * check_keys_wants is then true for all groups of this key: read these groups, and call this function
 * again. */
int check_keys_compare(check_run *r, vv_error *err);
/* Reports repeated keys and keys with missing parts (check_key_repeats), and completes the runs that
 * check_keys_compare began to write. */
vv_status check_keys_finish(check_run *r, check_emit *e, vv_error *err);

/* Caches the entries of key k without comparing repeated keys. */
vv_status check_keys_keep(check_run *r, size_t k, vv_error *err);
/* Returns true if a run (check/kept/key_run.h) with run_entries entries should be replaced by a new
 * one, because `later` keys of later versions are not in it. */
bool check_keys_outgrow(uint64_t run_entries, uint64_t later);

#define CHECK_SOUGHT_MAX 8u /* maximum number of calls of check_keys_seek for a key */
/* Searches for the groups that may have a row with a key (canonical bytes). Sets hit[i] to 1 for each
 * such group i: at once for groups with cached data, and in check_keys_take for other groups, so hit
 * must stay valid until the groups are read. Call this before the groups are read, at most
 * CHECK_SOUGHT_MAX times, with the same hit. Returns false if the cached data is damaged: then call
 * check_keys_forget, and begin again. */
bool check_keys_seek(check_run *r, size_t k, const vv_buf *key, uint8_t *hit);
/* Drops the cached data of key k, and the data that check_keys_take added, and ends the searches for
 * the key. check_keys_wants is then true for all groups. */
vv_status check_keys_forget(check_run *r, size_t k, vv_error *err);

#endif
