/*
 * missing_blocks: a stored root implies all blocks below it, unless the store is known to be
 * incomplete.
 */
#include "lib/status/missing_blocks.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "repo/blocks/reach.h"
#include "repo/known/incomplete.h"

/* More tables are looked at only where some of this many, spread over all, lack blocks. */
#define VV_MISSING_SAMPLE 256u

typedef struct missing_blocks {
	vv_dataset_reader *reader;
	vv_store *store;
	bool doubtful; /* some version is known to lack blocks below its root */
	vv_string_list paths;
} missing_blocks;

static vv_status look_at(missing_blocks *m, const vv_index_entry *e, bool *here, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer p;
	vv_status rc = vv_dataset_reader_pointer(m->reader, &e->id, &arena, &p, err);

	*here = true;
	if (rc == VV_OK && !(*here = vv_store_has(m->store, &p.root) && !m->doubtful)) {
		rc = vv_store_complete(m->store, &p.root, here, NULL, err);
	}
	/* damage is reported elsewhere */
	return vv_error_excuse(rc, rc != VV_ENOMEM && rc != VV_EIO, err);
}

/* Every step-th. */
static vv_status search_entries(missing_blocks *m, const vv_index *x, const size_t *at,
				size_t count, size_t step, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < count; i += step) {
		const vv_index_entry e = vv_index_at(x, at[i]);
		bool here;

		if ((rc = look_at(m, &e, &here, err)) == VV_OK && !here) {
			rc = vv_string_list_add(&m->paths, vv_strdup(e.path), err);
		}
	}
	return rc;
}

vv_status vv_missing_blocks_find(char ***paths, size_t *count, vv_repository *r, const vv_index *x,
				 vv_dataset_reader *reader, const size_t *at, size_t at_count,
				 vv_error *err)
{
	missing_blocks m = {.reader = reader};
	size_t step = at_count > VV_MISSING_SAMPLE ? at_count / VV_MISSING_SAMPLE : 1;
	vv_status rc = VV_OK;

	*paths = NULL;
	*count = 0;
	if (at_count == 0) return VV_OK;
	if ((rc = vv_repository_store(r, &m.store, err)) < 0 ||
	    (rc = vv_repository_incomplete(r, &m.doubtful, err)) < 0 ||
	    (rc = search_entries(&m, x, at, at_count, step, err)) < 0) {
		vv_string_list_clear(&m.paths);
		return rc;
	}
	if (m.paths.count > 0 && step > 1) {
		vv_string_list_clear(&m.paths);
		rc = search_entries(&m, x, at, at_count, 1, err);
	}
	*paths = m.paths.items;
	*count = m.paths.count;
	return rc;
}
