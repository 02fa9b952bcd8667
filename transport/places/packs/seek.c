/*
 * seek: which index a pack is in.
 */
#include "transport/places/packs/seek.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"

void vv_seek_clear(vv_seek *s)
{
	vv_array_each(s->files, s->file_count, file) {
		vv_buf_clear(&file->head);
	}
	vv_free_all(s->files, s->names.items, s->packs.items);
	vv_cid_map_reset(&s->of);
	vv_cid_set_reset(&s->asked);
	memset(s, 0, sizeof(*s));
}

vv_status vv_seek_add(vv_seek *s, const vv_cid *pack, const vv_cid *index, vv_error *err)
{
	size_t at = s->names.count;

	while (at > 0 && !vv_cid_equal(&s->names.items[at - 1], index)) {
		at--;
	}
	if (at == 0) {
		const vv_status rc = vv_cids_add(&s->names, index, err);
		if (rc < 0) return rc;
		at = s->names.count;
	}
	return vv_cid_map_put(&s->of, pack, at - 1, NULL, err);
}

vv_cid vv_seek_index_of(const vv_seek *s, const vv_cid *pack)
{
	uint64_t at;

	return vv_cid_map_get(&s->of, pack, &at) ? s->names.items[at] : (vv_cid){0};
}
