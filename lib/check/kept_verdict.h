/*
 * kept_verdict: keeps the verdicts of tables without findings, so that the next check of an unchanged
 * table need not open it.
 *
 * A verdict is a record of the check's cache. Its key is a hash of the path, the pointers in the side and
 * in the base, the rules, and the packages of both; the cache adds the program's sources. The key does
 * not depend on time, history, queries or other tables: the caller keeps no verdicts of tables whose
 * rules use them.
 */
#ifndef VV_LIB_CHECK_KEPT_VERDICT_H
#define VV_LIB_CHECK_KEPT_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/hash.h"
#include "check/kept/cache.h"
#include "check/rules/rules.h"
#include "lib/check/list.h"
#include "lib/status/sides.h"
#include "lib/tables/dataset_reader.h"
#include "repo/blocks/cid.h"
#include "repo/git/oid.h"

/* The verdicts of one run over the tables of a side. */
typedef struct vv_check_verdicts vv_check_verdicts;

/* The parts of a run; borrowed. */
typedef struct vv_check_verdicts_of {
	vv_repository *repo;
	vv_dataset_reader *reader;
	vv_check_cache *cache;
	const vv_rules_file *rules;      /* may be NULL */
	const vv_diff_side *side, *base; /* base may be NULL */
} vv_check_verdicts_of;
vv_status vv_check_verdicts_open(vv_check_verdicts **out, const vv_check_verdicts_of *of,
				 vv_error *err);
/* Stores the verdicts that were kept since the last table of another folder. Accepts NULL. */
void vv_check_verdicts_close(vv_check_verdicts *v);
VV_AUTO_FREE(vv_check_verdicts, vv_check_verdicts_close)

/* The verdict that a table has no findings. */
typedef struct vv_check_verdict {
	bool keyed;                 /* the next three are set: the table can have a verdict */
	uint8_t key[VV_SHA256_LEN]; /* a hash of the verdict's dependencies */
	vv_oid blob, base_blob;     /* the pointers; base_blob is null if the base lacks the path */
	vv_cid root, base_root;     /* their roots; base_root is null without base */
	uint64_t rows;
	uint32_t columns, groups;
} vv_check_verdict;

/* Sets *out to the kept verdict of a table. Returns 1, 0 if it has none, in which case out->keyed says
 * whether vv_check_verdict_keep can be called with *out, or a negative status. */
int vv_check_verdict_find(vv_check_verdict *out, vv_check_verdicts *v, const vv_check_path *path,
			  vv_error *err);
/* Keeps a verdict. The caller has set its last five members, and proved that the table, read after
 * vv_check_verdict_find, was that of the two pointers. */
vv_status vv_check_verdict_keep(vv_check_verdicts *v, const vv_check_verdict *verdict,
				vv_error *err);

#endif
