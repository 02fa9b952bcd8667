/*
 * memo: facts about row groups, cached for the next check: by rule, by everything that the rule
 * depends on, and by the groups' content. Only for check.
 *
 * A correct caller: check_memo_open, check_memo_find for each group, check_memo_close. To keep
 * facts: check_memo_begin, check_memo_put for each group, the rule's own bytes after them,
 * check_memo_keep.
 *
 * The record: le32 number of groups; of each the 32 bytes that name its content, le32 rows, le32
 * fact; then bytes of the rule: the tail.
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

/* Names of contents in a record, each `step` bytes after the one before, found by value. Borrows
 * the record. */
typedef struct check_group_names {
	const uint8_t *first;
	size_t step, count;
	vv_hash_index index;
} check_group_names;
/* Also after a failure to be closed. */
vv_status check_group_names_open(check_group_names *n, const uint8_t *first, size_t step,
				 size_t count, vv_error *err);
void check_group_names_close(check_group_names *n); /* accepts zeroes */
VV_AUTO_CLEAR(check_group_names, check_group_names_close)
/* The entry that begins with the name; NULL: none. */
const uint8_t *check_group_names_find(const check_group_names *n, const uint8_t name[32]);

#define CHECK_MEMO_ENTRY 40u
typedef struct check_memo {
	vv_buf record;
	check_group_names groups; /* its entries */
	const uint8_t *tail;
	size_t tail_len;
} check_memo;

/* Reads the cached facts: none, if the record is missing or invalid. cache NULL: none. rule: a word
 * of lower-case letters. Close it also after a failure. */
vv_status check_memo_open(check_memo *m, vv_check_cache *cache, const char *rule, vv_hash128 id,
			  vv_error *err);
/* The same of a record that came from elsewhere. */
vv_status check_memo_read(check_memo *m, const void *record, size_t len, vv_error *err);
void check_memo_close(check_memo *m); /* accepts zeroes */
VV_AUTO_CLEAR(check_memo, check_memo_close)
/* A group's entry; NULL: nothing is known of it. Borrowed. */
const uint8_t *check_memo_find(const check_memo *m, const uint8_t name[32], uint32_t rows);
uint32_t check_memo_rows(const uint8_t *entry);
uint32_t check_memo_fact(const uint8_t *entry);

void check_memo_begin(vv_buf *out, size_t groups);
void check_memo_put(vv_buf *out, const uint8_t name[32], uint32_t rows, uint32_t fact);
/* Keeps the record in out, in place of the one that existed. */
vv_status check_memo_keep(const vv_buf *out, vv_check_cache *cache, const char *rule, vv_hash128 id,
			  vv_error *err);

#endif
