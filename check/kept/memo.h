/*
 * memo: caches facts about row groups for the next check. Private to check.
 *
 * A fact is a number, such as the offset of a result. A memo is one record of the cache (cache.h). Its
 * kind is a rule, and its key is a hash of everything on which the facts depend. A fact is found by
 * the content of its row group.
 *
 * To read facts, a correct caller calls check_memo_open, check_memo_find for each group, and
 * check_memo_close. To store facts, it calls check_memo_begin and check_memo_put for each group,
 * appends the rule's own bytes, and calls check_memo_keep.
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

/* An index of the groups of a record. The name of a group is 32 bytes that identify its content. */
typedef struct check_group_names {
	const uint8_t *first; /* the first name; borrowed from the record */
	size_t step,          /* distance of two names in bytes */
		count;        /* number of names */
	vv_hash_index index;  /* finds a name by its hash */
} check_group_names;
/* Makes an index of count names, which are `step` bytes apart. The names must outlive *n. Close *n
 * after a failure, too. */
vv_status check_group_names_open(check_group_names *n, const uint8_t *first, size_t step,
				 size_t count, vv_error *err);
void check_group_names_close(check_group_names *n); /* n may be zeroed */
VV_AUTO_CLEAR(check_group_names, check_group_names_close)
/* Returns a pointer to the name in the record, or NULL if the record lacks the name. */
const uint8_t *check_group_names_find(const check_group_names *n, const uint8_t name[32]);

#define CHECK_MEMO_ENTRY 40u /* bytes of a group's entry */
/* The cached facts. */
typedef struct check_memo {
	vv_buf record;            /* the record, which has the format described above */
	check_group_names groups; /* the entries of record */
	const uint8_t *tail;      /* the rule's own bytes; in record */
	size_t tail_len;
} check_memo;

/* Reads the cached facts of a rule. m has no facts if the record is missing or invalid, or if cache is
 * NULL. rule: the kind of the record (vv_check_cache_get). id: the key of the record. Close *m after a
 * failure, too. */
vv_status check_memo_open(check_memo *m, vv_check_cache *cache, const char *rule, vv_hash128 id,
			  vv_error *err);
/* Like check_memo_open, but reads the facts from the given record, which is copied. */
vv_status check_memo_read(check_memo *m, const void *record, size_t len, vv_error *err);
void check_memo_close(check_memo *m); /* m may be zeroed */
VV_AUTO_CLEAR(check_memo, check_memo_close)
/* Returns a group's entry, borrowed from m. NULL: the memo lacks a group with this name and number of
 * rows. */
const uint8_t *check_memo_find(const check_memo *m, const uint8_t name[32], uint32_t rows);
uint32_t check_memo_rows(const uint8_t *entry); /* returns the number of rows in an entry */
uint32_t check_memo_fact(const uint8_t *entry); /* returns the fact in an entry */

/* Appends the beginning of a record for this number of groups to out. */
void check_memo_begin(vv_buf *out, size_t groups);
/* Appends the entry of a group to the record. */
void check_memo_put(vv_buf *out, const uint8_t name[32], uint32_t rows, uint32_t fact);
/* Stores the record `out` in the cache, and replaces the previous record with this rule and id. */
vv_status check_memo_keep(const vv_buf *out, vv_check_cache *cache, const char *rule, vv_hash128 id,
			  vv_error *err);

#endif
