/*
 * missing_blocks: reading a pointer takes 30 us, too much for each of 10,000 tables in every status.
 */
#include "lib/status/missing_blocks.h"

#include "base/arena.h"
#include "base/array.h"
#include "base/file.h"
#include "base/sys.h"
#include "repo/blocks/reach.h"
#include "repo/known/incomplete.h"

typedef struct missing_blocks {
	vv_dataset_reader *reader;
	vv_store *store;
	bool doubtful; /* some version is known to lack blocks below its root */
	char **paths;
	size_t count, cap;
} missing_blocks;

static vv_status look_at(missing_blocks *m, const vv_index_entry *e, bool *here, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_error why;
	vv_pointer p;
	vv_cid missing;
	vv_status rc = vv_dataset_reader_pointer(m->reader, &e->id, &arena, &p, &why);

	*here = true;
	if (rc == VV_OK && !(*here = vv_store_has(m->store, &p.root) && !m->doubtful)) {
		rc = vv_store_complete(m->store, &p.root, here, &missing, &why);
	}
	if (rc == VV_ENOMEM || rc == VV_EIO) {
		*err = why;
		return rc;
	}
	return VV_OK; /* damage is told of elsewhere */
}

/* Every step-th. */
static vv_status look(missing_blocks *m, const vv_index *x, const size_t *at, size_t count,
		      size_t step, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < count; i += step) {
		vv_index_entry e;
		bool here;

		vv_index_at(x, at[i], &e);
		if ((rc = look_at(m, &e, &here, err)) < 0 || here) {
			continue;
		}
		if (!vv_array_room(m->paths, m->count, m->cap) ||
		    !(m->paths[m->count] = vv_strdup(e.path))) {
			return vv_fail_nomem(err);
		}
		m->count++;
	}
	return rc;
}

vv_status vv_missing_blocks_look(char ***paths, size_t *count, vv_repository *r, const vv_index *x,
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
	    (rc = look(&m, x, at, at_count, step, err)) < 0) {
		goto done;
	}
	if (m.count > 0 && step > 1) {
		vv_names_free(m.paths, m.count);
		m.paths = NULL;
		m.count = m.cap = 0;
		rc = look(&m, x, at, at_count, 1, err);
	}
done:
	if (rc < 0) {
		vv_names_free(m.paths, m.count);
		return rc;
	}
	*paths = m.paths;
	*count = m.count;
	return VV_OK;
}
