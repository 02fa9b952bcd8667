/*
 * keys: checks that keys are unique. Private to check/rules.
 *
 * A correct caller: check_keys_open; check_keys_group for each group that check_keys_wants, on
 * any thread; check_keys_take with its entries, on one; check_keys_compare, and if it answers 0 the groups
 * again; check_keys_finish; check_keys_close.
 */
#ifndef VV_CHECK_RULES_KEYS_H
#define VV_CHECK_RULES_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "check/rules/emit.h"

/* The data of some groups for a key. */
typedef struct check_key_part {
	vv_buf entries; /* of rows */
	vv_buf spans;   /* the bounds of groups */
} check_key_part;

vv_status check_keys_open(check_run *r, vv_error *err);
void check_keys_close(check_run *r);
/* Is group i's part in key k still to be read? */
bool check_keys_wants(const check_run *r, size_t k, size_t i);
/* A group's keys, appended to out. */
vv_status check_keys_group(check_run *r, check_worker *w, size_t k, size_t i, const check_group *g,
			   check_key_part *out, vv_error *err);
vv_status check_keys_take(check_run *r, size_t k, const check_key_part *part, vv_error *err);
/* Finds hashes that repeat, and keeps the entries, or the bounds, for the next time. 1; 0: the cached data of some key
 * was damaged or unusable, and was dropped, so that check_keys_wants all groups for it; call this again after them;
 * <0. */
int check_keys_compare(check_run *r, vv_error *err);
/* Reports repeats. */
vv_status check_keys_finish(check_run *r, check_emit *e, vv_error *err);

/* Keeps the entries for the next time without comparing what repeats. */
vv_status check_keys_keep(check_run *r, size_t k, vv_error *err);
/* Should a run with this number of entries be made again if `later` ones are not in it? */
bool check_keys_outgrow(uint64_t run_entries, uint64_t later);

/* Before the groups are read: hit[i] becomes 1 for each group i that has, or can have, a row with this key
 * (canonical bytes): known ones at once, others in check_keys_take. At most CHECK_SOUGHT_MAX times. False:
 * the cached data is damaged: call check_keys_forget, and begin again. */
#define CHECK_SOUGHT_MAX 8u
bool check_keys_seek(check_run *r, size_t k, const vv_buf *key, uint8_t *hit);
/* Ignores the cached data of the key, and drops the state of searches and taken groups. */
vv_status check_keys_forget(check_run *r, size_t k, vv_error *err);

#endif
