/*
 * memo: caches facts about row groups for the next check. The keys are the rule, everything that
 * the rule depends on, and the content of the groups. Private to check.
 *
 * A correct caller: check_memo_open, check_memo_find for each group, check_memo_close. To store
 * facts: check_memo_begin, check_memo_put for each group, then append the rule's own bytes, then
 * check_memo_keep.
 *
 * Format of a record: le32 number of groups; for each group 32 bytes that identify its content,
 * le32 rows, le32 fact; then the tail: bytes of the rule.
 */
#ifndef VV_CHECK_KEPT_MEMO_H
#define VV_CHECK_KEPT_MEMO_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "check/kept/cache.h"

/* Finds the groups of a record by the names of their contents, which are `step` bytes apart.
 * Borrows the record. */
typedef struct check_group_names {
	const uint8_t *first;
	size_t step, count;
	vv_hash_index index;
} check_group_names;
/* Opens the names of a record. Close *n after a failure, too. */
vv_status check_group_names_open(check_group_names *n, const uint8_t *first, size_t step,
				 size_t count, vv_error *err);
void check_group_names_close(check_group_names *n); /* n may be zeroed */
VV_AUTO_CLEAR(check_group_names, check_group_names_close)
/* Returns the entry that begins with the name. NULL: not found. */
const uint8_t *check_group_names_find(const check_group_names *n, const uint8_t name[32]);

#define CHECK_MEMO_ENTRY 40u
typedef struct check_memo {
	vv_buf record;
	check_group_names groups; /* the entries of record */
	const uint8_t *tail;
	size_t tail_len;
} check_memo;

/* Reads the cached facts. m has no facts if the record is missing or invalid, or if cache is NULL.
 * rule: a word of lower-case letters. Close *m after a failure, too. */
vv_status check_memo_open(check_memo *m, vv_check_cache *cache, const char *rule, vv_hash128 id,
			  vv_error *err);
/* Reads the facts from a record, like check_memo_open. */
vv_status check_memo_read(check_memo *m, const void *record, size_t len, vv_error *err);
void check_memo_close(check_memo *m); /* m may be zeroed */
VV_AUTO_CLEAR(check_memo, check_memo_close)
/* Returns a group's entry, borrowed from m. NULL: the memo lacks the group. */
const uint8_t *check_memo_find(const check_memo *m, const uint8_t name[32], uint32_t rows);
uint32_t check_memo_rows(const uint8_t *entry);
uint32_t check_memo_fact(const uint8_t *entry);

void check_memo_begin(vv_buf *out, size_t groups);
void check_memo_put(vv_buf *out, const uint8_t name[32], uint32_t rows, uint32_t fact);
/* Stores the record `out` in the cache, and replaces the previous record. */
vv_status check_memo_keep(const vv_buf *out, vv_check_cache *cache, const char *rule, vv_hash128 id,
			  vv_error *err);

#endif
